import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { HelperDesk, type Line } from '../../../src/helpers/desk.ts';
import { JOB, MemoryBook, SERVER } from './book.ts';

const line: Line = { server: SERVER, token: () => {}, call: async () => ({ code: 'ok' }) };
const CALL = '0'.repeat(31);
let book: MemoryBook;
let desk: HelperDesk;

beforeEach(() => {
  book = new MemoryBook();
  desk = new HelperDesk({ book, install: 'install', tokenIssued: () => {}, now: () => 0, log: () => {} });
});
afterEach(() => {
  desk[Symbol.dispose]();
  vi.useRealTimers();
});

function connect(options: { readonly after?: number; readonly job?: string; readonly from?: Line } = {}): Duplex {
  const [there, here] = duplexPair();
  for (const socket of [there, here]) socket.on('error', () => {});
  const { after = 0, job = JOB, from = line } = options;
  desk.serve({ job, door: 'call', after, socket: here }, from);
  return there;
}

/** The answer; undefined: the call was given up. */
async function ask(question: unknown, options: Parameters<typeof connect>[0] = {}): Promise<unknown> {
  const socket = connect(options);
  socket.end(typeof question === 'string' ? question : JSON.stringify(question));
  const answer = await text(socket);
  return answer === '' ? undefined : JSON.parse(answer);
}

const set = (value: unknown, fields: Readonly<Record<string, unknown>> = {}) => ({
  call: `${CALL}1`,
  verb: 'set',
  name: 'counter',
  value,
  ...fields,
});
const get = (name = 'counter') => ({ call: `${CALL}2`, verb: 'get', name });

test('a variable is set and read, with its version and scope', async () => {
  expect(await ask(get())).toMatchObject({ code: 'absent' });
  expect(await ask(set({ a: 1 }))).toEqual({ code: 'ok', version: 1, scope: 'workspace' });
  expect(await ask(get())).toEqual({ code: 'ok', value: { a: 1 }, version: 1, scope: 'workspace', type: 'plain' });
});

test('a value that has changed meanwhile is not written', async () => {
  await ask(set(1));
  expect(await ask(set(2, { call: `${CALL}3`, ifUnchanged: 0 }))).toMatchObject({ code: 'changed', version: 1 });
  expect(await ask(set(2, { call: `${CALL}4`, ifUnchanged: 1 }))).toMatchObject({ code: 'ok', version: 2 });
});

test('a call whose answer was lost gets the same one, and is done once', async () => {
  const lost = connect();
  lost.end(JSON.stringify(set(1, { ifUnchanged: 0 })));
  await expect.poll(() => book.writes).toBe(1);
  lost.destroy();
  expect(await ask(set(1, { ifUnchanged: 0 }))).toEqual({ code: 'ok', version: 1, scope: 'workspace' });
  expect(book.writes).toBe(1);
});

test('a call that comes again while it is being done is done once', async () => {
  const gate = Promise.withResolvers<void>();
  book.gate = gate.promise;
  const answers = [ask(set(1, { ifUnchanged: 0 })), ask(set(1, { ifUnchanged: 0 }))];
  await expect.poll(() => book.asked).toBe(1);
  gate.resolve();
  expect(await Promise.all(answers)).toEqual(Array(2).fill({ code: 'ok', version: 1, scope: 'workspace' }));
  expect(book.writes).toBe(1);
});

test('nothing is answered before the values of the log have had their effect', async () => {
  const answer = ask(set(2, { ifUnchanged: 1 }), { after: 3 });
  await expect.poll(() => book.waiting).toBe(1);
  book.values.set('counter', { value: 1, version: 1 });
  book.apply(3);
  expect(await answer).toMatchObject({ code: 'ok', version: 2 });
});

test('an attempt is given up after 5 s, so that the server asks again', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce((ms) => {
    expect(ms).toBe(5_000);
    return AbortSignal.abort(new Error('late'));
  });
  expect(await ask(get(), { after: 9 }).catch(() => undefined)).toBeUndefined();
});

test('a book that cannot be read gives calls up, and says so', async () => {
  const said: string[] = [];
  using failing = new HelperDesk({
    book,
    install: 'install',
    tokenIssued: () => {},
    now: () => 0,
    log: (text) => said.push(text),
  });
  vi.spyOn(book, 'find').mockImplementation(() => {
    throw new CroniumError('store/held', 'The database is held by another program');
  });
  const [there, here] = duplexPair();
  for (const socket of [there, here]) socket.on('error', () => {});
  failing.attached(JOB, line);
  failing.serve({ job: JOB, door: 'call', after: 0, socket: here }, line);
  expect(here.destroyed).toBe(true);
  expect(said).toHaveLength(2);
  expect(said[0]).toContain('held by another program');
});

test('a question without a word asks nothing', async () => {
  expect(await ask('')).toBeUndefined();
});

test.each([
  ['a job that is not ours', { job: 'c'.repeat(32) }],
  ['a server that speaks for the job of another one', { from: { ...line, server: 'web-2' } }],
])('%s is not answered', async (_title, options) => {
  expect(await ask(get(), options).catch(() => undefined)).toBeUndefined();
});

test('what a person can act on is refused with its sentence', async () => {
  vi.spyOn(book, 'get').mockRejectedValueOnce(new CroniumError('variable/secret', 'Set CRONIUM_VAR_counter'));
  expect(await ask(get())).toEqual({ code: 'refused', message: 'Set CRONIUM_VAR_counter' });
});

test.each([
  ['no JSON', '{'],
  ['a list', []],
  ['null', null],
  ['no verb', { call: `${CALL}1`, name: 'x' }],
  ['another verb', { ...get(), verb: 'unset' }],
  ['no call', { verb: 'get', name: 'x' }],
  ['a short call', { ...get(), call: 'abc' }],
  ['a call that is no text', { ...get(), call: 1 }],
  ['no name', { call: `${CALL}1`, verb: 'get' }],
  ['a name that is none', get('../x')],
  ['a name that is too long', get('x'.repeat(129))],
  ['a scope that is none', { ...get(), scope: 'all' }],
  ['a found scope that is none', set(1, { ifScope: 'all' })],
  ['a version below 0', set(1, { ifUnchanged: -1 })],
  ['a version that is no number', set(1, { ifUnchanged: '1' })],
  ['a broken version', set(1, { ifUnchanged: 1.5 })],
  ['a secret that is perhaps one', set(1, { secret: 'yes' })],
  ['no value', { call: `${CALL}1`, verb: 'set', name: 'x' }],
  [
    'a value that is too deep',
    `{"call":"${CALL}1","verb":"set","name":"x","value":${'['.repeat(33)}${']'.repeat(33)}}`,
  ],
])('%s is invalid', async (_title, question) => {
  expect(await ask(question)).toMatchObject({ code: 'invalid' });
  expect(book.writes).toBe(0);
});

test('a question that is too long is given up', async () => {
  expect(await ask(set('x'.repeat(80_000))).catch(() => undefined)).toBeUndefined();
  expect(book.writes).toBe(0);
});
