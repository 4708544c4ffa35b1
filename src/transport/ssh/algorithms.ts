import type { NegotiatedAlgorithms } from 'ssh2';
import constants from 'ssh2/lib/protocol/constants.js';
import { connectError } from './errors.ts';
import type { AlgorithmLists, ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/** What we offer to a server, best first. */
export interface Offer {
  readonly kex: readonly string[];
  readonly serverHostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
  readonly compress: readonly string[];
}

// Nothing with SHA-1 or CBC, and no diffie-hellman-group-exchange: its parameter check blocks the event loop for more than a
// second per connection.
const KEX = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
];
const HOST_KEY = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const CIPHER = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  // Last, because it is good for nothing with a server that knows no strict key exchange; see `weakness`.
  'chacha20-poly1305@openssh.com',
];
const MAC = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'];

/**
 * Why what was agreed upon may not be used, if so: with ChaCha20 and without strict key exchange somebody on the way can remove
 * the first messages unseen (Terrapin, CVE-2023-48795).
 */
export function weakness(
  host: ResolvedHost,
  { cs, sc }: Pick<NegotiatedAlgorithms, 'cs' | 'sc'>,
  { isStrict }: { readonly isStrict: boolean },
): Error | undefined {
  if (isStrict || ![cs.cipher, sc.cipher].some((cipher) => cipher.startsWith('chacha20-'))) return undefined;
  return connectError(
    'connect/algorithms',
    `Cannot connect to ${describeHost(host)}: the server takes only ChaCha20 and knows no strict key exchange, which together are ` +
      'open to attack (Terrapin); update its SSH server or allow it another cipher',
  );
}

/** Our order, cut down to what the configuration allows; the host key types that are known for the host stand first. */
export function planAlgorithms(host: ResolvedHost, knownTypes: readonly string[]): Offer {
  const allow = (
    directive: string,
    wanted: readonly string[],
    possible: readonly string[],
    theirs: readonly string[],
  ) => {
    // The cryptography inside VS Code lacks some of what Node itself has.
    const ours = wanted.filter((name) => possible.includes(name));
    if (theirs.length === 0) return ours;
    const common = ours.filter((name) => theirs.includes(name));
    if (common.length > 0) return common;
    throw connectError(
      'connect/config',
      `Cannot connect to "${host.name}": its SSH configuration allows with ${directive} only what is not supported (${theirs.slice(0, 4).join(', ')})`,
    );
  };
  const lists: AlgorithmLists = host.algorithms;
  const hostKeys = allow('HostKeyAlgorithms', HOST_KEY, constants.SUPPORTED_SERVER_HOST_KEY, lists.hostKey);
  const isKnown = (algorithm: string) => knownTypes.includes(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm);
  return {
    kex: allow('KexAlgorithms', KEX, constants.SUPPORTED_KEX, lists.kex),
    serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((name) => !isKnown(name))],
    cipher: allow('Ciphers', CIPHER, constants.SUPPORTED_CIPHER, lists.cipher),
    hmac: allow('MACs', MAC, constants.SUPPORTED_MAC, lists.mac),
    // A server could send 385 bytes for every one on the wire.
    compress: ['none'],
  };
}
