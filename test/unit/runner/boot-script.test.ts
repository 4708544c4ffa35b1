import { expect, test } from 'vitest';
import type { Artifact } from '../../../src/runner/artifacts.ts';
import { bootCommand, bootScript } from '../../../src/runner/boot-script.ts';

const artifacts: Artifact[] = ['x86_64', 'aarch64', 'armv7l', 'armv6l'].map((machine, index) => ({
  uname: `Linux ${machine}`,
  platform: `linux/${machine}`,
  sha256: String(index).repeat(64),
  size: 1,
  load: async () => Buffer.alloc(0),
}));

test('bootScript() holds nothing that a login shell could read differently inside single quotes', () => {
  expect(bootScript(artifacts)).not.toMatch(/['!\\\n\r]/);
});

test('bootCommand() is short enough for old dropbear servers and varies in nonce and numbers only', () => {
  const one = bootCommand(artifacts, { nonce: 'a'.repeat(32), aheadBytes: 12, force: false });
  const other = bootCommand(artifacts, { nonce: 'b'.repeat(32), aheadBytes: 7, force: true });
  expect(one.length).toBeLessThan(9_000);
  expect(other.replace('b'.repeat(32), 'a'.repeat(32)).replace(/7 1$/, '12 0')).toBe(one);
});
