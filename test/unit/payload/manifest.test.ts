import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Manifest } from '../../../src/domain/manifest.ts';
import { encodeManifest } from '../../../src/payload/manifest.ts';

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
  expect(encodeManifest(manifest).toString()).toBe(`{
  "cronium": 1,
  "name": "Restart web",
  "entrypoint": "deploy/restart.sh",
  "interpreter": {
    "commands": [
      "python3",
      "python"
    ],
    "args": [
      "-u"
    ]
  },
  "args": [
    "--force"
  ],
  "env": {
    "A": "1",
    "B": "2"
  },
  "cwd": "~/app"
}
`);
  expect(JSON.parse(encodeManifest(PLAIN).toString())).toEqual(PLAIN);
});

test('encodeManifest() escapes what YAML does not take as it is', () => {
  const name = 'a\u0085b\u2028c\u2029d\ufeffe\x7f\x9f\uffff é \ud83d\ude00';
  expect(encodeManifest({ ...PLAIN, name }).toString()).toContain(
    '"a\\u0085b\\u2028c\\u2029d\\ufeffe\\u007f\\u009f\\uffff é \ud83d\ude00"',
  );
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

test('encodeManifest() is read back as it was, as JSON and as YAML', () => {
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
      const text = encodeManifest(manifest).toString();
      expect(JSON.parse(text)).toEqual(manifest);
      expect(load(text)).toEqual(manifest);
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
    'Cannot pack "n": its arguments and environment take 300,097 bytes, at most 262,144 are allowed',
  );
});
