import { type Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import type { FoundVariable } from '../../../src/helpers/book.ts';
import { HelperDesk, type Line } from '../../../src/helpers/desk.ts';
import { Tokens } from '../../../src/helpers/tokens.ts';
import { HELPED, JOB, MemoryBook, SERVER } from './book.ts';

const tokens: string[] = [];
const said: string[] = [];
/** What the job's supervisor was asked; it has one secret. */
const asked: Parameters<Line['call']>[1][] = [];
let takenBy: string | undefined;
const line: Line = {
  server: SERVER,
  token: (_job, token) => void tokens.push(token),
  call: async (_job, call) => {
    asked.push(call);
    if (call.verb === 'hide') return { code: 'ok' };
    if (call.name !== 'DB') return { code: 'absent' };
    takenBy ??= call.call;
    return takenBy === call.call ? { code: 'ok', value: 's3cret' } : { code: 'gone' };
  },
};
let book: MemoryBook;
let desk: HelperDesk;
let token: string;
let now = 0;

beforeEach(async () => {
  now = 0;
  tokens.length = 0;
  asked.length = 0;
  takenBy = undefined;
  book = new MemoryBook();
  said.length = 0;
  desk = new HelperDesk({
    book,
    install: 'install',
    tokenIssued: () => {},
    now: () => now,
    log: (text) => said.push(text),
  });
  token = await desk.admit(JOB, { server: SERVER });
  desk.attached(JOB, line);
});
afterEach(() => {
  vi.restoreAllMocks();
  desk[Symbol.dispose]();
  vi.useRealTimers();
});

/** A program's connection on the server; `from` is the session through which it comes. */
function connect({ after = 0, from = line }: { readonly after?: number; readonly from?: Line } = {}): Duplex {
  const [there, here] = duplexPair();
  here.on('error', () => {});
  desk.serve({ job: JOB, door: 'http', after, socket: here }, from);
  return there;
}

/** Everything that comes until the connection ends. */
async function reading(socket: Duplex): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of socket as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function raw(text: string, options: Parameters<typeof connect>[0] = {}): Promise<string> {
  const socket = connect(options);
  socket.write(text);
  return await reading(socket);
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly from?: Line;
}

async function ask(path: string, { method = 'GET', headers = {}, body, from }: Asked = {}) {
  const lines = Object.entries({
    Host: '127.0.0.1',
    Authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return parse(await raw(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`, from ? { from } : {}));
}

function parse(text: string): { status: number; body: unknown; head: string } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: body === '' ? '' : JSON.parse(body), head };
}

const get = (headers = ''): string =>
  `GET /v1/input HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${headers}\r\n`;
const refusal = (code: string) => ({ error: { code, message: expect.any(String) } });

describe('the routes', () => {
  test.each([
    ['/v1/input', HELPED.input],
    ['/v1/input/user.name', 'Ann'],
    ['/v1/input/items%5B1%5D.deep%5B0%5D', true],
    ['/v1/event/name', 'E'],
  ])('GET %s', async (path, expected) => {
    expect(await ask(path)).toMatchObject({ status: 200, body: expected });
  });

  test('a variable is written, read with its version, and written only if it is unchanged', async () => {
    const put = { method: 'PUT', body: '{"a":[1]}' };
    expect(await ask('/v1/var/x', put)).toMatchObject({ status: 200, body: { version: 1, scope: 'workspace' } });
    const found = await ask('/v1/var/x');
    expect(found).toMatchObject({ status: 200, body: { a: [1] } });
    expect(found.head).toContain('ETag: "1"');
    expect(await ask('/v1/var/x', { ...put, headers: { 'If-Match': '"1"' } })).toMatchObject({ status: 200 });
    expect(await ask('/v1/var/x', { ...put, headers: { 'If-Match': '"1"' } })).toMatchObject({ status: 412 });
    expect(await ask('/v1/var/x', { ...put, headers: { 'If-None-Match': '*' } })).toMatchObject({ status: 412 });
    expect(await ask('/v1/var')).toMatchObject({ body: [{ name: 'x', version: 2 }] });
    expect(await ask('/v1/var/nothing')).toMatchObject({ status: 404, body: refusal('absent') });
  });

  test('a write that is made again with its key has its effect once', async () => {
    const put = { method: 'PUT', body: '1', headers: { 'Idempotency-Key': 'k-1' } };
    expect((await ask('/v1/var/x', put)).body).toEqual((await ask('/v1/var/x', put)).body);
    expect(book.writes).toBe(1);
  });

  test('outputs are put and told', async () => {
    expect(await ask('/v1/output/rows', { method: 'PUT', body: '42' })).toMatchObject({ status: 200 });
    expect(await ask('/v1/output')).toMatchObject({ body: { rows: 42 } });
  });

  test('a secret is handed out once', async () => {
    expect(await ask('/v1/secret/DB')).toMatchObject({ status: 200, body: 's3cret' });
    expect(await ask('/v1/secret/DB')).toMatchObject({ status: 410, body: refusal('gone') });
    expect(await ask('/v1/secret/OTHER')).toMatchObject({ status: 404 });
    expect(said).toEqual([expect.stringContaining('asked for again')]);
    expect(said.join()).not.toContain('s3cret');
  });

  test('a secret whose answer was lost is handed out again to the request with the same key', async () => {
    const again = { headers: { 'Idempotency-Key': 'k-1' } };
    expect(await ask('/v1/secret/DB', again)).toMatchObject({ status: 200, body: 's3cret' });
    expect(await ask('/v1/secret/DB', again)).toMatchObject({ status: 200, body: 's3cret' });
    expect(await ask('/v1/secret/DB', { headers: { 'Idempotency-Key': 'k-2' } })).toMatchObject({ status: 410 });
  });

  test('a secret that the supervisor does not give is refused, with its reason', async () => {
    vi.spyOn(line, 'call').mockRejectedValueOnce(new CroniumError('runner/old', 'The runner is too old for that'));
    const message = 'The runner is too old for that';
    expect(await ask('/v1/secret/DB')).toMatchObject({ status: 403, body: { error: { code: 'refused', message } } });
  });

  test('a secret variable is masked on the server before its script hears it', async () => {
    const found: FoundVariable = { scope: 'workspace', type: 'secret', version: 3, value: 's3cret-value' };
    vi.spyOn(book, 'get').mockResolvedValue(found);
    expect(await ask('/v1/var/KEY')).toMatchObject({ status: 200, body: 's3cret-value' });
    expect(asked).toEqual([{ verb: 'hide', value: 's3cret-value' }]);
    vi.spyOn(line, 'call').mockRejectedValueOnce(new CroniumError('session/closed', 'The line is cut'));
    expect(await ask('/v1/var/KEY')).toMatchObject({ status: 403, body: refusal('refused') });
    vi.spyOn(book, 'get').mockResolvedValue({ ...found, value: 'x'.repeat(60_000) });
    expect(await ask('/v1/var/KEY')).toMatchObject({ status: 403, body: refusal('refused') });
    expect(said.at(-1)).toContain('use cronium.getVariable');
  });

  test('a secret variable that is written over HTTP is masked on the server, too', async () => {
    vi.spyOn(book, 'set').mockResolvedValue({ code: 'ok', version: 4, scope: 'workspace', type: 'secret' });
    expect(await ask('/v1/var/KEY', { method: 'PUT', body: '"s3cret-value"' })).toMatchObject({ status: 200 });
    expect(asked).toEqual([{ verb: 'hide', value: 's3cret-value' }]);
  });

  test('nothing is answered before the values of the log have had their effect', async () => {
    const answer = raw(get(), { after: 7 });
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    await expect.poll(() => book.waiting).toBe(1);
    expect(isAnswered).toBe(false);
    book.apply(7);
    expect(parse(await answer).status).toBe(200);
  });
});

describe('who is let in', () => {
  test.each([
    ['no token', { Authorization: '' }],
    ['a wrong token', { Authorization: 'Bearer a.b.c' }],
  ])('not with %s', async (_title, headers) => {
    expect(await ask('/v1/input', { headers })).toMatchObject({ status: 401, body: refusal('token') });
  });

  test('not with two Authorization headers, one of them good', async () => {
    expect(parse(await raw(get('Authorization: Bearer x\r\n'))).status).toBe(401);
  });

  test('only to what the token permits', async () => {
    vi.spyOn(Tokens.prototype, 'verify').mockResolvedValueOnce(['var:r']);
    expect(await ask('/v1/input')).toMatchObject({ status: 403, body: refusal('permit') });
  });

  test('not with the token in the query', async () => {
    expect((await ask(`/v1/var/x?access_token=${token}`)).status).toBe(401);
  });

  test('not through another session, and not after the job has ended', async () => {
    expect((await ask('/v1/input', { from: { ...line } })).status).toBe(401);
    desk.dismiss(JOB);
    expect((await ask('/v1/input')).status).toBe(401);
  });

  test('a session of another server is not even spoken to', async () => {
    expect(await raw(get(), { from: { ...line, server: 'web-2' } }).catch(() => '')).toBe('');
  });

  test('after reattaching only the new session counts, and the job gets a new token', async () => {
    const again = { ...line };
    desk.attached(JOB, again);
    await expect.poll(() => tokens.length).toBe(1);
    expect((await ask('/v1/input')).status).toBe(401);
    expect((await ask('/v1/input', { from: again })).status).toBe(200);
    token = tokens[0] ?? '';
    expect((await ask('/v1/input', { from: again })).status).toBe(200);
  });

  test('a job that another process has started gets a token of this one', async () => {
    desk.dismiss(JOB);
    desk.attached(JOB, line);
    await expect.poll(() => tokens.length).toBe(1);
    expect((await ask('/v1/input')).status).toBe(401);
    token = tokens[0] ?? '';
    expect((await ask('/v1/input')).status).toBe(200);
  });
});

const big = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('what goes wrong here is told to nobody there, and no request ends this program', async () => {
  vi.spyOn(book, 'applied').mockRejectedValueOnce(new Error('SQLITE_IOERR in /home/ann'));
  expect(await ask('/v1/input')).toEqual({
    status: 500,
    body: { error: { code: 'internal', message: 'The request could not be answered' } },
    head: expect.any(String),
  });
  expect(said).toEqual([expect.stringContaining('SQLITE_IOERR')]);
});

test('a hundred refusals are ten lines of the log', async () => {
  for (let index = 0; index < 100; index++) await ask('/v1/input', { headers: { Authorization: 'Bearer x' } });
  expect(said).toHaveLength(10);
  expect(said.join()).not.toContain('Bearer');
});

test('a token is renewed while the job goes on', async () => {
  desk.dismiss(JOB);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  token = await desk.admit(JOB, { server: SERVER });
  desk.attached(JOB, line);
  const old = token;
  now += 600_000;
  vi.advanceTimersByTime(600_000);
  vi.useRealTimers();
  await expect.poll(() => tokens.length).toBe(1);
  expect((await ask('/v1/input')).status).toBe(200);
  now += 60_000;
  expect((await ask('/v1/input', { headers: { Authorization: `Bearer ${old}` } })).status).toBe(401);
  token = tokens[0] ?? '';
  expect((await ask('/v1/input')).status).toBe(200);
});

describe('sizes', () => {
  test.each([
    ['an output that is just small enough', '/v1/output/x', big(1_048_576), 200],
    ['an output that is too large', '/v1/output/x', big(1_048_577), 413],
    ['a variable that is just small enough', '/v1/var/x', big(65_536), 200],
    ['a variable that is too large', '/v1/var/x', big(65_537), 413],
    ['a value that is just flat enough', '/v1/var/x', deep(32), 200],
    ['a value that is too deep', '/v1/var/x', deep(33), 400],
    ['a value that is far too deep', '/v1/output/x', deep(500_000), 400],
    ['no JSON', '/v1/var/x', '{', 400],
    ['nothing', '/v1/var/x', '', 400],
  ])('%s', async (_title, path, body, status) => {
    expect((await ask(path, { method: 'PUT', body })).status).toBe(status);
  });

  test('a body without a length is counted as it comes', async () => {
    const chunk = `8000\r\n${'1'.repeat(32_768)}\r\n`;
    const head = get('Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n').replace(
      'GET /v1/input',
      'PUT /v1/var/x',
    );
    expect(parse(await raw(head + chunk.repeat(3))).status).toBe(413);
  });

  test('who asks first whether to send the body is told to, and only if the request is good', async () => {
    const headers = { Expect: '100-continue' };
    const put = { method: 'PUT', body: '5', headers };
    const asked = raw(
      `PUT /v1/var/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n5`,
    );
    expect(await asked).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
    expect(await ask('/v1/var/x', { ...put, headers: { ...headers, Authorization: 'x' } })).toMatchObject({
      status: 401,
    });
    expect(await ask('/v1/var/x', { ...put, body: big(65_537) })).toMatchObject({ status: 413 });
  });

  test('headers of 8 KiB and more are refused', async () => {
    expect(parse(await raw(get(`X: ${'x'.repeat(6_000)}\r\n`))).status).toBe(200);
    expect(parse(await raw(get(`X: ${'x'.repeat(9_000)}\r\n`)))).toMatchObject({
      status: 431,
      body: refusal('headers'),
    });
    expect(parse(await raw(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`)).status).toBe(431);
  });
});

describe('what is no proper request', () => {
  const put = (headers: string, body: string): string =>
    `PUT /v1/var/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;
  test.each<[string, () => string, number]>([
    ['a length and chunks', () => put('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
    ['chunks and a length', () => put('Transfer-Encoding: chunked\r\nContent-Length: 1\r\n', '0\r\n\r\n'), 400],
    ['two lengths', () => put('Content-Length: 1\r\nContent-Length: 2\r\n', '11'), 400],
    ['a list of lengths', () => put('Content-Length: 1, 1\r\n', '1'), 400],
    ['a negative length', () => put('Content-Length: -1\r\n', '1'), 400],
    ['a signed length', () => put('Content-Length: +1\r\n', '1'), 400],
    ['chunks that are not last', () => put('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 400],
    ['an unknown transfer encoding', () => put('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 400],
    ['a folded header', () => put('X: a\r\n b\r\nTransfer-Encoding : chunked\r\n', '0\r\n\r\n'), 400],
    ['a blank before the colon', () => put('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'), 400],
    ['a bare carriage return', () => put('X: a\rContent-Length: 1\r\n', '1'), 400],
    ['a NUL in a header', () => put('X: a\0b\r\n', ''), 400],
    ['a chunk size that is no number', () => put('Transfer-Encoding: chunked\r\n', 'zz\r\n\r\n'), 400],
    ['an upgrade', () => get('Connection: Upgrade\r\nUpgrade: websocket\r\n'), 400],
    ['CONNECT', () => 'CONNECT 10.0.0.1:80 HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\n', 400],
    ['an expectation', () => get('Expect: the-unexpected\r\n'), 400],
    ['two hosts', () => get('Host: y\r\n'), 400],
    ['no host', () => 'GET /v1/input HTTP/1.1\r\n\r\n', 400],
    ['another protocol', () => 'SSH-2.0-OpenSSH_9.6\r\n', 400],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a whole URL', () => get().replace('/v1/input', 'http://10.0.0.1/v1/input'), 400],
    ['a percent sign alone', () => get().replace('/v1/input', '/v1/var/%zz'), 400],
    ['a path that climbs', () => get().replace('/v1/input', '/v1/var/../input'), 404],
    ['an encoded slash', () => get().replace('/v1/input', '/v1/var/a%2Fb'), 400],
    ['a name encoded twice', () => get().replace('/v1/input', '/v1/var/%2561'), 400],
    ['a name with a NUL', () => get().replace('/v1/input', '/v1/var/a%00'), 400],
    ['a name that is too long', () => get().replace('/v1/input', `/v1/var/${'a'.repeat(129)}`), 400],
    ['an unknown scope', () => get().replace('/v1/input', '/v1/var/a?scope=all'), 400],
    ['a scope twice', () => get().replace('/v1/input', '/v1/var/a?scope=event&scope=server'), 400],
    ['an unknown question', () => get().replace('/v1/input', '/v1/input?x=1'), 400],
    ['another method', () => get().replace('GET', 'DELETE'), 405],
    ['a method of its own', () => get().replace('GET', 'POST').replace('input', 'var/x'), 405],
    ['another route', () => get().replace('input', 'exec'), 404],
    ['a form', () => put('Content-Length: 1\r\n', '1').replace('application/json', 'text/plain'), 415],
    ['a compressed body', () => put('Content-Encoding: gzip\r\nContent-Length: 1\r\n', '1'), 415],
    ['a vague condition', () => put('If-Match: *\r\nContent-Length: 1\r\n', '1'), 400],
    ['two keys', () => put('Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 1\r\n', '1'), 400],
  ])('%s', async (_title, text, status) => {
    const answer = parse(await raw(text()));
    expect(answer.status).toBe(status);
    expect(answer.head).toMatch(/connection: close/i);
    expect(answer.body).toEqual(refusal(expect.any(String) as string));
    expect(book.writes).toBe(0);
  });

  test('what is smuggled behind a request has no answer', async () => {
    const answers = await raw(`${get()}${get().replace('input', 'secret/DB')}`);
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answers).not.toContain('s3cret');
    // Nor was it done.
    expect((await ask('/v1/secret/DB')).status).toBe(200);
  });

  test('a thousand requests in a row on one connection get one answer', async () => {
    const answers = await raw(get().repeat(1_000));
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('how much at once', () => {
  test('8 are answered at once, the ninth is told to come again', async () => {
    const waiting = Array.from({ length: 8 }, () => raw(get(), { after: 1 }));
    await expect.poll(() => book.waiting).toBe(8);
    const ninth = parse(await raw(get()));
    expect(ninth).toMatchObject({ status: 429, body: refusal('rate') });
    expect(ninth.head).toContain('Retry-After: 1');
    book.apply(1);
    for (const answer of await Promise.all(waiting)) expect(parse(answer).status).toBe(200);
    expect(parse(await raw(get())).status).toBe(200);
  });

  test('100 in a burst and 50 in a second, also of those with a wrong token', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 101; index++) {
      statuses.push((await ask('/v1/input', { headers: { Authorization: 'Bearer x' } })).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    now = 1_000;
    for (let index = 0; index < 50; index++) expect((await ask('/v1/input')).status).toBe(200);
    expect((await ask('/v1/input')).status).toBe(429);
  });
});

describe('how long', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

  test('headers that trickle are given up after 5 s', async () => {
    const socket = connect();
    const answer = reading(socket);
    for (const character of 'GET /v') {
      socket.write(character);
      await settle();
      await vi.advanceTimersByTimeAsync(900);
    }
    expect(parse(await answer)).toMatchObject({ status: 408, body: refusal('slow') });
  });

  test('a connection that says nothing is given up after 5 s', async () => {
    const answer = reading(connect());
    await vi.advanceTimersByTimeAsync(4_999);
    await vi.advanceTimersByTimeAsync(1);
    expect(parse(await answer).status).toBe(408);
  });

  test('a body that trickles is given up after 15 s', async () => {
    const socket = connect();
    const answer = reading(socket);
    const head = get('Content-Type: application/json\r\nContent-Length: 100\r\n').replace('GET', 'PUT');
    socket.write(head.replace('input', 'var/x'));
    for (let second = 0; second < 16; second++) {
      await settle();
      socket.write('1');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(parse(await answer)).toMatchObject({ status: 408 });
    expect(book.writes).toBe(0);
  });

  test('who never closes after the answer is left after 30 s', async () => {
    const [there, here] = duplexPair({ allowHalfOpen: true });
    desk.serve({ job: JOB, door: 'http', after: 0, socket: here }, line);
    there.resume();
    there.write(get());
    const closed = new Promise<void>((resolve) => here.once('close', resolve));
    await expect.poll(() => here.writableFinished, { interval: 1 }).toBe(true);
    expect(here.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(30_000);
    await closed;
    expect(here.destroyed).toBe(true);
  });
});
