import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fingerprint,
  formatKnownHost,
  joinKnownHosts,
  judgeHostKey,
  keyTypeOf,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../../src/transport/ssh/known-hosts.ts';

/** A key of `type` that differs with `seed`. */
function keyOf(type: string, seed: string): Buffer {
  const part = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
  return Buffer.concat([part(type), part(seed)]);
}

const ED = keyOf('ssh-ed25519', 'one');
const OTHER = keyOf('ssh-ed25519', 'two');
const RSA = keyOf('ssh-rsa', 'three');
const line = (names: string, key = ED) => `${names} ${keyTypeOf(key)} ${key.toString('base64')}`;
const judge = (text: string, name: string, key = ED) => judgeHostKey(parseKnownHosts(text, 'file'), name, key);

test('judgeHostKey() finds a host by name, port, pattern and hash', () => {
  const check = (names: string, name: string, expected: string) =>
    expect([names, name, judge(line(names), name).kind]).toEqual([names, name, expected]);
  check('web', 'web', 'match');
  check('WEB', 'web', 'match');
  check('db,web,10.0.0.1', '10.0.0.1', 'match');
  check('web', 'web2', 'unknown');
  check('[web]:2222', '[web]:2222', 'match');
  check('web', '[web]:2222', 'unknown');
  check('web-*', 'web-12', 'match');
  check('*', 'anything', 'match');
  check('web-?', 'web-12', 'unknown');
  check('web-*,!web-2', 'web-2', 'unknown');
  check('!web-2,web-*', 'web-3', 'match');
  check('!web-2', 'web-3', 'unknown');
  check('a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(60), 'unknown');
  const salt = Buffer.from('twenty bytes of salt');
  const hash = createHmac('sha1', salt).update('[web]:2222').digest('base64');
  check(`|1|${salt.toString('base64')}|${hash}`, '[web]:2222', 'match');
  check(`|1|${salt.toString('base64')}|${hash}`, 'web', 'unknown');
  check(`|2|${salt.toString('base64')}|${hash}`, '[web]:2222', 'unknown');
  check('|1|', 'web', 'unknown');
});

test('judgeHostKey() tells a changed key with its place from an unknown type', () => {
  expect(judge(`# comment\r\n\r\n${line('web', OTHER)}\r\n`, 'web')).toEqual({
    kind: 'changed',
    entry: { file: 'file', line: 3, marker: undefined, names: 'web', keyType: 'ssh-ed25519', key: OTHER },
  });
  expect(judge(`${line('web', OTHER)}\n${line('web')}`, 'web')).toEqual({ kind: 'match' });
  expect(judge(line('web', RSA), 'web')).toEqual({ kind: 'unknown', knownTypes: ['ssh-rsa'] });
});

test('judgeHostKey() never trusts a revoked key or an authority', () => {
  expect(judge(`${line('web')}\n@revoked ${line('*')}`, 'web').kind).toBe('revoked');
  expect(judge(`${line('web')}\n@revoked ${line('*', OTHER)}`, 'web').kind).toBe('match');
  expect(judge(`@cert-authority ${line('*')}`, 'web')).toMatchObject({ kind: 'unknown', authority: { line: 1 } });
  expect(judge(`@something ${line('web')}`, 'web').kind).toBe('unknown');
});

test('parseKnownHosts() skips lines that contradict themselves or are none', () => {
  const lines = [
    'web',
    'web ssh-ed25519',
    'web ssh-ed25519 !!!',
    `web ssh-rsa ${ED.toString('base64')}`,
    '@revoked',
    ' \t',
  ];
  const known = parseKnownHosts([...lines, line('web')].join('\n'), 'file');
  expect(known.find('web')).toMatchObject([{ line: 7 }]);
  expect(['@revoked', '', '#'].flatMap((name) => known.find(name))).toEqual([]);
});

test('KnownHosts.find() gives the lines of a host in their order, however they name it', () => {
  const salt = Buffer.from('twenty bytes of salt');
  const hash = createHmac('sha1', salt).update('web').digest('base64');
  const names = ['w*', 'web,WEB', 'db', `|1|${salt.toString('base64')}|${hash}`, 'Web', '*,!web', 'web?'];
  const known = parseKnownHosts([...names.map((each) => line(each)), `@revoked ${line('web')}`].join('\n'), 'file');
  const lines = (name: string): readonly number[] => known.find(name).map((entry) => entry.line);
  expect([lines('web'), lines('db'), lines('other')]).toEqual([[1, 2, 4, 5, 8], [3, 6], [6]]);
  // What was found once is not looked for again.
  expect(known.find('web')).toBe(known.find('web'));
  const both = joinKnownHosts([known, parseKnownHosts(line('web'), 'other')]);
  expect(both.find('web').map(({ file }) => file)).toEqual([...Array(5).fill('file'), 'other']);
});

test('knownKeyTypes() names each type of a host once', () => {
  const text = [line('web', RSA), line('web'), line('web', OTHER), `@revoked ${line('web', keyOf('x', 'y'))}`].join(
    '\n',
  );
  expect(knownKeyTypes(parseKnownHosts(text, 'file'), 'web')).toEqual(['ssh-rsa', 'ssh-ed25519']);
});

test('formatKnownHost() writes what is found again, plain and hashed', () => {
  for (const hashed of [false, true]) {
    const text = formatKnownHost('[web]:2222', ED, { hashed });
    expect([text.includes('web'), judge(text, '[web]:2222').kind]).toEqual([!hashed, 'match']);
  }
});

test('knownHostsName() leaves port 22 out and writes small letters', () => {
  expect([knownHostsName('Web', 22), knownHostsName('::1', 2222)]).toEqual(['web', '[::1]:2222']);
});

test('fingerprint() is what ssh-keygen prints', () => {
  const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', 'base64');
  // The key of github.com, with the fingerprint that GitHub publishes.
  expect(fingerprint(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
});

test('parseKnownHosts() and judgeHostKey() never throw', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('@revoked', '|1|', '|1|a|b', 'ssh-rsa', '!', '*', ',', '\r'),
  );
  const text = fc.array(fc.array(word).map((words) => words.join(' '))).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, fc.uint8Array(), fc.string(), (known, key, name) => {
      judgeHostKey(parseKnownHosts(known, 'file'), name, Buffer.from(key));
    }),
  );
});
