import { releaseUnder } from '../../base/own-bytes.ts';
import type { Privates } from './protocol.ts';

/**
 * Gives the memory of what was read back as soon as ssh2 has taken it in, where that is the last of it: AES-GCM deciphers every byte
 * at once, while of all else ssh2 may keep views. Who listens to the socket behind ssh2 finds nothing in what came.
 */
export function releaseReads({ protocol }: Privates): void {
  const parse = protocol.parse.bind(protocol);
  protocol.parse = (chunk, from, to) => {
    const wasGcm = isGcm(protocol);
    parse(chunk, from, to);
    // The server may have changed to another cipher in the middle.
    if (wasGcm && isGcm(protocol)) releaseUnder(chunk);
  };
}

/** By what only ssh2's own decipher has, not the one that is compiled for the machine and works in place. */
function isGcm({ _decipher }: Privates['protocol']): boolean {
  return _decipher?._decipherSSLName !== undefined;
}
