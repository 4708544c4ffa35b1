import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/base/duration.ts';

test.each<[string, number | undefined]>([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
  ['1h 30m', 5_400_000],
  [' 10 m ', 600_000],
  ['1.5h', 5_400_000],
  ['500ms', 500],
  ['2d', 172_800_000],
  ['90', 90_000],
  ['0', 0],
  ['1m500ms', 60_500],
  ['', undefined],
  ['soon', undefined],
  ['10M', undefined],
  ['-5s', undefined],
  ['1h30', undefined],
  ['1e3s', undefined],
  ['99999999999999999999d', undefined],
])('parseDuration(%j) is %j', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each<[number, string]>([
  [0, '0 ms'],
  [850, '850 ms'],
  [999.6, '1.0 s'],
  [1_234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [184_000, '3 m 04 s'],
  [3_599_900, '1 h 00 m'],
  [7_500_000, '2 h 05 m'],
  [273_600_000, '3 d 04 h'],
])('formatDuration(%j) is %j', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

test('parseDuration() never throws and gives whole milliseconds', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseDuration(text);
      expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
    }),
  );
});
