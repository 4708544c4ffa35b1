import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readTarget, readToken } from '../../../src/helpers/http-request.ts';
import { RENEW_MS, Tokens } from '../../../src/helpers/tokens.ts';

const JOB = 'b'.repeat(32);
const KEY = Buffer.alloc(32, 7);
const HEADER = { alg: 'HS256', typ: 'cronium-run+jwt', kid: JOB };
const JTI = '01'.repeat(16);
const session = {};
const ORIGIN = { job: JOB, server: 'web-1', session };

const seconds = (): number => Math.floor(Date.now() / 1_000);
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  srv: 'web-1',
  scope: ['var:r'],
  iss: 'install',
  aud: 'cronium-helper',
  sub: `job:${JOB}`,
  jti: JTI,
  iat: seconds(),
  nbf: seconds(),
  exp: seconds() + 900,
  ...changes,
});

/** Signs what nobody in their right mind would sign, with the right key. */
function forge(header: unknown, payload: unknown, key: Buffer | string = KEY, hash = 'sha256'): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
}

/** A job whose key and whose token's number are known. */
async function lab(now: () => number = () => 0): Promise<{ tokens: Tokens; first: string }> {
  const tokens = new Tokens({
    issuer: 'install',
    now,
    random: (bytes) => (bytes === 32 ? Buffer.from(KEY) : Buffer.from(JTI, 'hex')),
  });
  const first = await tokens.issue(JOB, 'web-1');
  tokens.bind(JOB, session);
  return { tokens, first };
}

function real(now: () => number): Tokens {
  return new Tokens({ issuer: 'install', now, random: randomBytes });
}

test('Tokens.verify() accepts what was issued, and one that is written just the same', async () => {
  const { tokens, first } = await lab();
  expect(await tokens.verify(first, ORIGIN)).toContain('output:w');
  expect(await tokens.verify(forge(HEADER, claims()), ORIGIN)).toEqual(['var:r']);
});

const without = (name: string): Record<string, unknown> => {
  const { [name]: _gone, ...rest } = claims();
  return rest;
};
const HOUR = 3_600;
const PEM = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';
const good = (): string => forge(HEADER, claims());
const parts = (): [string, string, string] => good().split('.') as [string, string, string];

const REFUSED: readonly (readonly [string, () => string])[] = [
  // Algorithms and keys.
  ['alg none, unsigned', () => `${encode({ ...HEADER, alg: 'none' })}.${encode(claims())}.`],
  ['alg none, signed', () => forge({ ...HEADER, alg: 'none' }, claims())],
  ['alg None', () => forge({ ...HEADER, alg: 'None' }, claims())],
  ['alg hs256', () => forge({ ...HEADER, alg: 'hs256' }, claims())],
  ['alg HS384', () => forge({ ...HEADER, alg: 'HS384' }, claims(), KEY, 'sha384')],
  ['alg HS512', () => forge({ ...HEADER, alg: 'HS512' }, claims(), KEY, 'sha512')],
  ['alg RS256', () => forge({ ...HEADER, alg: 'RS256' }, claims())],
  ['alg EdDSA', () => forge({ ...HEADER, alg: 'EdDSA' }, claims())],
  ['alg absent', () => forge({ typ: HEADER.typ, kid: JOB }, claims())],
  ['alg a list', () => forge({ ...HEADER, alg: ['HS256'] }, claims())],
  ['a foreign key', () => forge(HEADER, claims(), randomBytes(32))],
  ['an empty key', () => forge(HEADER, claims(), '')],
  ['a key of zeros', () => forge(HEADER, claims(), Buffer.alloc(32))],
  ['a public key in PEM as secret', () => forge(HEADER, claims(), PEM)],
  ['a raw public key as secret', () => forge(HEADER, claims(), Buffer.alloc(32, 1))],
  // The header.
  ['typ absent', () => forge({ alg: 'HS256', kid: JOB }, claims())],
  ['typ JWT', () => forge({ ...HEADER, typ: 'JWT' }, claims())],
  ['typ with application/', () => forge({ ...HEADER, typ: 'application/cronium-run+jwt' }, claims())],
  ['typ in capitals', () => forge({ ...HEADER, typ: 'CRONIUM-RUN+JWT' }, claims())],
  ['kid absent', () => forge({ alg: 'HS256', typ: HEADER.typ }, claims())],
  ['kid of another job', () => forge({ ...HEADER, kid: 'c'.repeat(32) }, claims())],
  ['kid with path characters', () => forge({ ...HEADER, kid: '../../../dev/null' }, claims())],
  ['kid with a quote', () => forge({ ...HEADER, kid: "' OR 1=1 --" }, claims())],
  ['an unknown crit', () => forge({ ...HEADER, crit: ['x'], x: 1 }, claims())],
  ['crit b64', () => forge({ ...HEADER, crit: ['b64'], b64: false }, claims())],
  ['an embedded jwk', () => forge({ ...HEADER, jwk: { kty: 'oct', k: encode('k') } }, claims())],
  ['jku', () => forge({ ...HEADER, jku: 'http://127.0.0.1/keys' }, claims())],
  ['x5u', () => forge({ ...HEADER, x5u: 'http://127.0.0.1/cert' }, claims())],
  ['zip', () => forge({ ...HEADER, zip: 'DEF' }, claims())],
  ['header a list', () => forge([HEADER], claims())],
  ['header null', () => forge(null, claims())],
  ['header no JSON', () => forge('{', claims())],
  ['alg twice', () => forge(`{"alg":"none","alg":"HS256","typ":"${HEADER.typ}","kid":"${JOB}"}`, claims())],
  ['header with blanks', () => forge(JSON.stringify(HEADER, null, 1), claims())],
  // Claims.
  ['iss wrong', () => forge(HEADER, claims({ iss: 'another' }))],
  ['iss absent', () => forge(HEADER, without('iss'))],
  ['iss a list', () => forge(HEADER, claims({ iss: ['install'] }))],
  ['aud wrong', () => forge(HEADER, claims({ aud: 'other' }))],
  ['aud absent', () => forge(HEADER, without('aud'))],
  ['aud a list', () => forge(HEADER, claims({ aud: ['cronium-helper', 'other'] }))],
  ['sub of another job', () => forge(HEADER, claims({ sub: `job:${'c'.repeat(32)}` }))],
  ['sub absent', () => forge(HEADER, without('sub'))],
  ['srv of another server', () => forge(HEADER, claims({ srv: 'web-2' }))],
  ['srv absent', () => forge(HEADER, without('srv'))],
  ['jti unknown', () => forge(HEADER, claims({ jti: '02'.repeat(16) }))],
  ['jti absent', () => forge(HEADER, without('jti'))],
  ['jti a number', () => forge(HEADER, claims({ jti: 1 }))],
  ['exp past', () => forge(HEADER, claims({ exp: seconds() - 121 }))],
  ['exp absent', () => forge(HEADER, without('exp'))],
  ['exp a text', () => forge(HEADER, claims({ exp: String(seconds() + 900) }))],
  ['exp null', () => forge(HEADER, claims({ exp: null }))],
  ['exp too large a number', () => forge(HEADER, JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999'))],
  ['nbf to come', () => forge(HEADER, claims({ nbf: seconds() + HOUR }))],
  ['nbf absent', () => forge(HEADER, without('nbf'))],
  ['nbf a text', () => forge(HEADER, claims({ nbf: 'now' }))],
  ['iat absent', () => forge(HEADER, without('iat'))],
  ['iat a text', () => forge(HEADER, claims({ iat: 'now' }))],
  ['scope absent', () => forge(HEADER, without('scope'))],
  ['scope a text', () => forge(HEADER, claims({ scope: 'var:r' }))],
  ['scope of numbers', () => forge(HEADER, claims({ scope: [1] }))],
  ['claims a list', () => forge(HEADER, [claims()])],
  ['claims null', () => forge(HEADER, 'null')],
  ['claims a text', () => forge(HEADER, '"claims"')],
  ['claims empty', () => forge(HEADER, '')],
  ['srv twice', () => forge(HEADER, `{"srv":"web-2",${JSON.stringify(claims()).slice(1)}`)],
  ['exp twice', () => forge(HEADER, `${JSON.stringify(claims()).slice(0, -1)},"exp":${seconds() + HOUR}}`)],
  ['claims with blanks', () => forge(HEADER, JSON.stringify(claims(), null, 2))],
  ['claims no UTF-8', () => `${parts()[0]}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${parts()[2]}`],
  // The writing.
  ['empty', () => ''],
  ['one part', () => 'token'],
  ['two parts', () => parts().slice(0, 2).join('.')],
  ['four parts', () => `${good()}.x`],
  ['five parts, as if encrypted', () => `${good()}.x.y`],
  ['signature absent', () => `${parts()[0]}.${parts()[1]}.`],
  ['signature cut', () => good().slice(0, -1)],
  ['signature longer', () => `${good()}A`],
  [
    'signature flipped',
    () => `${parts()[0]}.${parts()[1]}.${parts()[2].startsWith('A') ? 'B' : 'A'}${parts()[2].slice(1)}`,
  ],
  ['signature with padding', () => `${good()}=`],
  ['claims flipped', () => `${parts()[0]}.${encode(claims({ scope: ['var:r', 'var:w'] }))}.${parts()[2]}`],
  ['leading blank', () => ` ${good()}`],
  ['trailing line feed', () => `${good()}\n`],
  ['standard base64', () => good().replace(/^./, '+')],
  ['percent signs', () => encodeURIComponent(`${good()}/`)],
  ['a NUL behind it', () => `${good()}\0`],
  ['a megabyte', () => forge(HEADER, claims({ pad: 'x'.repeat(1_048_576) }))],
  ['serialised as JSON', () => JSON.stringify({ payload: parts()[1], protected: parts()[0], signature: parts()[2] })],
];

describe('Tokens.verify() refuses', () => {
  test.each(REFUSED)('%s', async (_title, token) => {
    const { tokens } = await lab();
    expect(await tokens.verify(token(), ORIGIN)).toBeUndefined();
  });

  test.each([
    ['another job', { ...ORIGIN, job: 'c'.repeat(32) }],
    ['another server', { ...ORIGIN, server: 'web-2' }],
    ['another session, however alike', { ...ORIGIN, session: {} }],
  ])('a good token that comes from %s', async (_title, origin) => {
    const { tokens, first } = await lab();
    expect(await tokens.verify(first, origin)).toBeUndefined();
  });
});

test('a token of one job is not good for another one, on the same server and session', async () => {
  const tokens = real(() => 0);
  const other = 'c'.repeat(32);
  const [mine, theirs] = [await tokens.issue(JOB, 'web-1'), await tokens.issue(other, 'web-1')];
  for (const job of [JOB, other]) tokens.bind(job, session);
  expect(await tokens.verify(mine, ORIGIN)).toBeDefined();
  expect(await tokens.verify(theirs, ORIGIN)).toBeUndefined();
});

test('a token ends by a clock that never goes back, 60 s after the next one, and with the job', async () => {
  let now = 0;
  const tokens = real(() => now);
  const first = await tokens.issue(JOB, 'web-1');
  tokens.bind(JOB, session);
  now = RENEW_MS;
  const second = await tokens.issue(JOB, 'web-1');
  now += 59_999;
  expect(await tokens.verify(first, ORIGIN)).toBeDefined();
  now += 1;
  expect(await tokens.verify(first, ORIGIN)).toBeUndefined();
  expect(await tokens.verify(second, ORIGIN)).toBeDefined();
  now = RENEW_MS + 900_000;
  expect(await tokens.verify(second, ORIGIN)).toBeUndefined();
  const third = await tokens.issue(JOB, 'web-1');
  expect(await tokens.verify(third, ORIGIN)).toBeDefined();
  const underWay = tokens.verify(third, ORIGIN);
  tokens.revoke(JOB);
  expect(await underWay).toBeUndefined();
  expect(await tokens.verify(third, ORIGIN)).toBeUndefined();
  await tokens.issue(JOB, 'web-1');
  tokens.bind(JOB, session);
  expect(await tokens.verify(third, ORIGIN)).toBeUndefined();
});

const headers = (...raw: string[]): IncomingMessage => ({ rawHeaders: raw }) as unknown as IncomingMessage;

test.each([
  ['no header', []],
  ['two headers', ['Authorization', 'Bearer a', 'authorization', 'Bearer a']],
  ['another scheme', ['Authorization', 'Basic a']],
  ['no scheme', ['Authorization', 'a']],
  ['a scheme in small letters', ['Authorization', 'bearer a']],
  ['two blanks', ['Authorization', 'Bearer  a']],
  ['two tokens', ['Authorization', 'Bearer a b']],
  ['a list', ['Authorization', 'Bearer a, Bearer b']],
  ['only a scheme', ['Authorization', 'Bearer ']],
  ['another header', ['X-Authorization', 'Bearer a']],
])('readToken() refuses %s', (_title, raw) => {
  expect(() => readToken(headers(...raw))).toThrow('The token is missing');
});

test.each(['token', 'access_token', 'authorization', 'TOKEN', 'api_token'])('readTarget() refuses ?%s=', (name) => {
  const url = `/v1/var/x?${name}=${good()}`;
  expect(() => readTarget({ method: 'GET', url } as IncomingMessage)).toThrow('The token is missing');
});
