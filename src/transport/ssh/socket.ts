import { connect, type Socket } from 'node:net';
import { connectError } from './errors.ts';
import type { ResolvedHost } from './resolved-host.ts';

// Two addresses of one name are tried one after the other; the default of 250 ms gives up on a distant one too early.
const NEXT_ADDRESS_AFTER_MS = 1_500;

/** Opens a TCP connection to `host`. The caller bounds the wait with `signal`; its reason is thrown as it is. */
export function connectSocket(host: ResolvedHost, options: { readonly signal: AbortSignal }): Promise<Socket> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const family = host.addressFamily === 'inet' ? 4 : host.addressFamily === 'inet6' ? 6 : 0;
    const socket = connect({
      host: host.hostname,
      port: host.port,
      family,
      // Before the handshake: small packets must not wait for the acknowledgement of the one before.
      noDelay: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      ...(host.bindAddress === undefined ? {} : { localAddress: host.bindAddress }),
    });
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', stop);
      socket.removeListener('error', fail);
      act();
    };
    const stop = () => settle(() => abandon(socket, () => reject(signal.reason)));
    const fail = (error: Error) => settle(() => abandon(socket, () => reject(socketError(host, error))));
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => settle(() => resolve(socket)));
  });
}

function abandon(socket: Socket, then: () => void): void {
  socket.on('error', () => {});
  socket.destroy();
  then();
}

/** The sentence for an error of the operating system. */
function socketError(host: ResolvedHost, error: Error): Error {
  // Several addresses give one error that holds the others.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = 'code' in first ? String(first.code) : '';
  const cannot = `Cannot connect to ${describeHost(host)}`;
  const options = { cause: error };
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
    case 'EAI_NODATA':
      return connectError('connect/unresolved', `${cannot}: the name "${host.hostname}" has no address`, options);
    case 'EAI_AGAIN':
      return connectError(
        'connect/unreachable',
        `${cannot}: the name "${host.hostname}" cannot be looked up at the moment`,
        options,
      );
    case 'ECONNREFUSED':
      return connectError('connect/refused', `${cannot}: nobody listens on port ${host.port}`, options);
    case 'ETIMEDOUT':
      return connectError('connect/timeout', `${cannot}: no answer`, options);
    case 'ECONNRESET':
    case 'EPIPE':
      return connectError('connect/closed', `${cannot}: the connection was reset`, options);
    default:
      return connectError('connect/unreachable', `${cannot}: ${REASONS[code] ?? first.message}`, options);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'the host is not reachable',
  ENETUNREACH: 'its network is not reachable',
  ENETDOWN: 'the network is down',
  EADDRNOTAVAIL: 'the address is not available from here',
  EACCES: 'the system does not allow the connection',
  EPERM: 'the system does not allow the connection',
};

/** How messages call a server: the user's name for it, and where that leads if it is another. */
export function describeHost(host: ResolvedHost): string {
  const place = host.port === 22 ? host.hostname : `${host.hostname} port ${host.port}`;
  return place === host.name ? `"${host.name}"` : `"${host.name}" (${place})`;
}
