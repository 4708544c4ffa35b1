import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { ownSha512 } from '../../scripts/own-sha512.mjs';

type Pbkdf = (
  pass: Uint8Array,
  passLength: number,
  salt: Uint8Array,
  saltLength: number,
  key: Uint8Array,
  keyLength: number,
  rounds: number,
) => number;

const require = createRequire(import.meta.url);

test('a passphrase opens a key in the bundle as it does with the library that is left out', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sha512-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const outfile = join(dir, 'bundle.cjs');
  const contents = "module.exports = require('bcrypt-pbkdf').pbkdf";
  const plugins = [ownSha512];
  await build({ stdin: { contents, resolveDir: resolve('.') }, bundle: true, platform: 'node', outfile, plugins });
  const keyOf = (pbkdf: Pbkdf, rounds: number): string => {
    const [pass, salt, key] = [Buffer.from('open sesame'.repeat(rounds)), Buffer.alloc(16, rounds), Buffer.alloc(48)];
    expect(pbkdf(pass, pass.length, salt, salt.length, key, key.length, rounds)).toBe(0);
    return key.toString('hex');
  };
  const theirs = require('bcrypt-pbkdf').pbkdf as Pbkdf;
  const ours = require(outfile) as Pbkdf;
  for (const rounds of [1, 2, 16]) expect(keyOf(ours, rounds)).toBe(keyOf(theirs, rounds));
});
