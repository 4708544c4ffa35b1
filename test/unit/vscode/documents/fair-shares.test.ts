import { expect, test } from 'vitest';
import { fairShares } from '../../../../src/vscode/documents/fair-shares.ts';

test('fairShares() lets short texts be and divides the rest among the long ones', () => {
  const shares = fairShares([10, 500, 20, 400], { each: 300, whole: 330 });
  expect([10, 500, 20, 400].map((size, at) => Math.min(size, shares[at] ?? 0))).toEqual([10, 150, 20, 150]);
});

test('fairShares() gives nobody more than each', () => {
  expect(fairShares([1_000, 1_000], { each: 50, whole: 1_000 })).toEqual([50, 50]);
});

test('fairShares() keeps all together within the whole', () => {
  const sizes = Array.from({ length: 1_000 }, (_, at) => at * 100);
  const shares = fairShares(sizes, { each: 5_000, whole: 1_000_000 });
  const kept = sizes.map((size, at) => Math.min(size, shares[at] ?? 0));
  expect(kept.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(1_000_000);
});
