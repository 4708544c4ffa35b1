import { createSecretKey } from 'node:crypto';
import type { Privates } from './protocol.ts';

/**
 * Makes each packet of AES-GCM three times cheaper: ssh2 makes a cipher for each, and Node prepares a key that comes as bytes
 * anew each time. To be called whenever new keys are in use.
 */
export function prepareKeys({ protocol }: Privates): void {
  prepare(protocol._cipher, '_encKey');
  prepare(protocol._decipher, '_decipherKey');
}

function prepare(cipher: Record<string, unknown> | undefined, name: string): void {
  const key = cipher?.[name];
  if (cipher !== undefined && Buffer.isBuffer(key)) cipher[name] = createSecretKey(key);
}
