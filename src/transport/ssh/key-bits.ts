import { keyTypeOf } from './known-hosts.ts';

/** The size of a key in bits, as `ssh-keygen -l` tells it; 0 for a type that we do not know and for a damaged key. */
export function keyBits(key: Buffer): number {
  const type = keyTypeOf(key);
  switch (type) {
    case 'ssh-ed25519':
      return 256;
    case 'ssh-rsa':
      // Type, exponent, modulus.
      return integerBits(key, 2);
    case 'ssh-dss':
      // Type, then the prime.
      return integerBits(key, 1);
    default:
      return Number(/^ecdsa-sha2-nistp(\d+)$/.exec(type)?.[1] ?? 0);
  }
}

/** The length of the integer behind `skipped` fields. */
function integerBits(key: Buffer, skipped: number): number {
  try {
    let at = 0;
    for (let field = 0; field < skipped; field += 1) at += 4 + key.readUInt32BE(at);
    const integer = key.subarray(at + 4, at + 4 + key.readUInt32BE(at));
    const first = integer.findIndex((byte) => byte !== 0);
    return first === -1 ? 0 : (integer.length - first) * 8 - Math.clz32(integer[first] ?? 0) + 24;
  } catch {
    return 0;
  }
}
