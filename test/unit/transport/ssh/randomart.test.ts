import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyBits } from '../../../../src/transport/ssh/key-bits.ts';
import { fingerprint } from '../../../../src/transport/ssh/known-hosts.ts';
import { randomart } from '../../../../src/transport/ssh/randomart.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cronium-randomart-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A fresh key, and what `ssh-keygen -lv` says of it: bits, fingerprint, picture. */
function freshKey(name: string, type: string, bits?: string): { key: Buffer; said: readonly string[] } {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits ? ['-b', bits] : []), '-N', '', '-C', '', '-f', file]);
  const key = Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
  const [line = '', ...picture] = execFileSync('ssh-keygen', ['-lvf', `${file}.pub`])
    .toString()
    .trimEnd()
    .split('\n');
  return { key, said: [...line.split(' ').slice(0, 2), picture.join('\n')] };
}

test('randomart() draws what ssh-keygen draws, for every type of host key', () => {
  const check = (type: string, bits?: string) => {
    const { key, said } = freshKey(`${type}-${bits}`, type, bits);
    expect([String(keyBits(key)), fingerprint(key), randomart(key)]).toEqual(said);
  };
  check('ecdsa', '256');
  check('ecdsa', '384');
  check('ecdsa', '521');
  check('rsa', '2048');
  check('rsa', '1031');
});

test('randomart() draws what ssh-keygen draws, for many walks', () => {
  for (let index = 0; index < 20; index += 1) {
    const { key, said } = freshKey(`ed25519-${index}`, 'ed25519');
    expect([String(keyBits(key)), fingerprint(key), randomart(key)]).toEqual(said);
  }
});

test('randomart() draws a key of a type that it does not know, in the same frame', () => {
  const type = 'ssh-of-the-future@example.com';
  const key = Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.from('rest')]);
  const lines = randomart(key).split('\n');
  expect([lines.length, new Set(lines.map((line) => line.length))]).toEqual([11, new Set([19])]);
  expect(keyBits(Buffer.from('damaged'))).toBe(0);
});
