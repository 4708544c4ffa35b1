import { expect, test } from 'vitest';
import { ownBytes, release, releaseUnder } from '../../../src/base/own-bytes.ts';

test('release() gives memory back at once', () => {
  const before = process.memoryUsage().arrayBuffers;
  const all = Array.from({ length: 64 }, () => ownBytes(1_000_000));
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(60_000_000);
  for (const bytes of all) release(bytes);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
});

test('what was released is empty for whoever has a view of it, and may be released again', () => {
  const bytes = ownBytes(100);
  const view = bytes.subarray(10, 20);
  release(bytes);
  release(bytes);
  release(ownBytes(0));
  expect([bytes.length, view.length]).toEqual([0, 0]);
});

test('ownBytes() shares its memory with nobody', () => {
  for (const size of [1, 100, 4_000]) expect(ownBytes(size).buffer.byteLength).toBe(size);
});

test('releaseUnder() leaves alone what may be shared', () => {
  const check = (view: Uint8Array, isReleased: boolean): void => {
    releaseUnder(view);
    expect(view.buffer.byteLength === 0).toBe(isReleased);
  };
  check(Buffer.allocUnsafeSlow(32_768).subarray(10, -20), true);
  check(Buffer.allocUnsafeSlow(32_768).subarray(0, 30_000), false);
  check(Buffer.from('a share of the pool'), false);
  check(Buffer.allocUnsafe(Buffer.poolSize / 2 - 1), false);
  check(new Uint8Array(new SharedArrayBuffer(4_000)), false);
});
