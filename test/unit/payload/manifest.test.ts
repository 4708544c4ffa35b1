import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Manifest } from '../../../src/domain/manifest.ts';
import { encodeManifest } from '../../../src/payload/manifest.ts';
import { quoted } from '../../../src/payload/quote.ts';

const PLAIN: Manifest = { cronium: 1, name: 'n', entrypoint: 'run.sh', args: [], env: {} };

test('encodeManifest() writes what docs/protocol.md shows', () => {
  const manifest: Manifest = {
    cronium: 1,
    name: 'Restart web',
    entrypoint: 'deploy/restart.sh',
    interpreter: { commands: ['python3', 'python'], args: ['-u'] },
    args: ['--force'],
    env: { B: '2', A: '1' },
    cwd: '~/app',
  };
  expect(encodeManifest(manifest).toString()).toBe(`cronium: 1
name: "Restart web"
entrypoint: "deploy/restart.sh"
interpreter:
  commands: ["python3", "python"]
  args: ["-u"]
args: ["--force"]
env:
  ? "A"
  : "1"
  ? "B"
  : "2"
cwd: "~/app"
`);
  expect(encodeManifest(PLAIN).toString()).toBe('cronium: 1\nname: "n"\nentrypoint: "run.sh"\nargs: []\nenv: {}\n');
});

test.each([
  '',
  ' ',
  '\ud83d\ude00 é ß',
  'a\u0085b\u2028c\u2029d\ufeffe',
  '\0\x01\x1b\x7f\x80\x9f\xa0',
  '"\\\n\r\t\'#: -?[]{}&*!|>%@`',
  '\uffff\ufffe\ue000',
  'null',
  'x'.repeat(5_000),
])('quoted(%j) is one line of ASCII that YAML reads back', (text) => {
  expect(quoted(text)).toMatch(/^"[\x20-\x7e]*"$/);
  expect(load(`a: ${quoted(text)}`)).toEqual({ a: text });
});

test('quoted() replaces half a surrogate pair, which is no character', () => {
  expect(quoted('a\ud800b')).toBe('"a\\ufffdb"');
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

test('encodeManifest() is read back as it was', () => {
  const manifests = fc.record(
    {
      cronium: fc.constant(1 as const),
      name: anyText,
      entrypoint: anyText,
      interpreter: fc.record({ commands: fc.array(anyText), args: fc.array(anyText) }),
      args: fc.array(anyText),
      env: fc.dictionary(anyText, anyText, { noNullPrototype: true }),
      cwd: anyText,
    },
    { requiredKeys: ['cronium', 'name', 'entrypoint', 'args', 'env'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(manifests, (manifest) => {
      expect(load(encodeManifest(manifest).toString())).toEqual(manifest);
    }),
  );
});

test('encodeManifest() gives the same bytes for the same environment in another order', () => {
  const one = encodeManifest({ ...PLAIN, env: { A: '1', é: '2', B: '3' } });
  const other = encodeManifest({ ...PLAIN, env: { B: '3', A: '1', é: '2' } });
  expect(one.equals(other)).toBe(true);
});

test('encodeManifest() refuses what the runner would refuse', () => {
  expect(() => encodeManifest({ ...PLAIN, args: ['x'.repeat(300_000)] })).toThrow(
    'Cannot pack "n": its arguments and environment take 300,061 bytes, at most 262,144 are allowed',
  );
});
