import { expect, test } from 'vitest';
import { byteSize } from '../../../src/base/byte-size.ts';

test.each<[number, string]>([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1_023, '1023 bytes'],
  [1_024, '1 KiB'],
  [1_536, '1.5 KiB'],
  [1_048_575, '1 MiB'],
  [209_715_200, '200 MiB'],
  [5 * 1_024 ** 4, '5 TiB'],
  [5_000 * 1_024 ** 4, '5000 TiB'],
])('byteSize(%d) is %j', (bytes, expected) => {
  expect(byteSize(bytes)).toBe(expected);
});
