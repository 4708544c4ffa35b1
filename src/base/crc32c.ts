const POLYNOMIAL = 0x82f63b78;

/** Bytes taken in one step of the loop, and so the number of tables. */
const SLICES = 16;

const tables = buildTables();

/** The CRC-32C (Castagnoli) of `bytes`, unsigned. Node's zlib knows only the other CRC-32. */
export function crc32c(bytes: Uint8Array): number {
  const t = tables;
  const sliced = bytes.length - (bytes.length % SLICES);
  let crc = -1;
  let i = 0;
  // Sixteen independent look-ups a step instead of a chain of sixteen: this is what makes it fast. The casts to number cost
  // nothing (`i` stays below `length`) and spare sixteen fallbacks for an undefined that cannot be.
  for (; i < sliced; i += SLICES) {
    crc =
      (t[0xf00 | ((crc ^ (bytes[i] as number)) & 255)] as number) ^
      (t[0xe00 | (((crc >>> 8) ^ (bytes[i + 1] as number)) & 255)] as number) ^
      (t[0xd00 | (((crc >>> 16) ^ (bytes[i + 2] as number)) & 255)] as number) ^
      (t[0xc00 | ((crc >>> 24) ^ (bytes[i + 3] as number))] as number) ^
      (t[0xb00 | (bytes[i + 4] as number)] as number) ^
      (t[0xa00 | (bytes[i + 5] as number)] as number) ^
      (t[0x900 | (bytes[i + 6] as number)] as number) ^
      (t[0x800 | (bytes[i + 7] as number)] as number) ^
      (t[0x700 | (bytes[i + 8] as number)] as number) ^
      (t[0x600 | (bytes[i + 9] as number)] as number) ^
      (t[0x500 | (bytes[i + 10] as number)] as number) ^
      (t[0x400 | (bytes[i + 11] as number)] as number) ^
      (t[0x300 | (bytes[i + 12] as number)] as number) ^
      (t[0x200 | (bytes[i + 13] as number)] as number) ^
      (t[0x100 | (bytes[i + 14] as number)] as number) ^
      (t[bytes[i + 15] as number] as number);
  }
  for (; i < bytes.length; i++) crc = (t[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Table `n` holds the CRC of each byte followed by `n` zero bytes; all in one array, 256 entries each. */
function buildTables(): Int32Array {
  const built = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    built[byte] = crc;
  }
  for (let i = 256; i < built.length; i++) {
    const previous = built[i - 256] as number;
    built[i] = (built[previous & 255] as number) ^ (previous >>> 8);
  }
  return built;
}
