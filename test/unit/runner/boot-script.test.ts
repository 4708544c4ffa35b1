import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { bootCommand, bootScript } from '../../../src/runner/boot-script.ts';
import type { Runner } from '../../../src/runner/pin.ts';

/** As many as there are: what the command's length is made of. */
const runners: Runner[] = [
  ['Linux x86_64'],
  ['Linux aarch64'],
  ['Linux armv7l', 'Linux armv6l', 'Linux armv8l'],
  ['Linux i686', 'Linux i586', 'Linux i386'],
  ['Linux riscv64'],
  ['Darwin x86_64'],
  ['Darwin arm64'],
].flatMap((unames, index) =>
  unames.map((uname) => ({ uname, sha256: createHash('sha256').update(`${index}`).digest('hex') })),
);

test('bootScript() holds nothing that a login shell could read differently inside single quotes', () => {
  expect(bootScript(runners)).not.toMatch(/['!\\\n\r]/);
});

test('bootScript() names each runner once', () => {
  for (const { sha256 } of runners) expect(bootScript(runners).split(sha256)).toHaveLength(2);
});

test('bootCommand() is short enough for old dropbear servers and varies in nonce and numbers only', () => {
  const one = bootCommand(runners, { nonce: 'a'.repeat(32), aheadBytes: 12, trust: 'place' });
  const other = bootCommand(runners, { nonce: 'b'.repeat(32), aheadBytes: 7, trust: 'nothing' });
  expect(one.length).toBeLessThan(9_000);
  expect(other.replace('b'.repeat(32), 'a'.repeat(32)).replace(/7 1$/, '12 0')).toBe(one);
});
