import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';

test('crc32c() gives the values of RFC 3720, B.4', () => {
  const cases: [Uint8Array, number][] = [
    [Buffer.alloc(0), 0],
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ];
  expect(cases.map(([bytes]) => crc32c(bytes))).toEqual(cases.map(([, value]) => value));
});

test('crc32c() equals the definition bit by bit for any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => crc32c(bytes) === bitwise(bytes)));
});

function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
