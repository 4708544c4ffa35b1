import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Connection } from './connection.ts';
import { connectError } from './errors.ts';
import { printable } from './printable.ts';
import { type Ahead, type Privates, sendAhead } from './protocol.ts';
import { type ConnectionState, wrapChannel } from './remote-process.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

export interface ChannelsOptions {
  readonly socket: Duplex;
  /** Why the connection is gone, if it is. */
  readonly lost: () => string | undefined;
}

/** What one can do on a connection that stands. */
export function openChannels(
  host: ResolvedHost,
  client: Client,
  privates: Privates,
  { socket, lost }: ChannelsOptions,
): Pick<Connection, 'exec' | 'forward'> {
  const state: ConnectionState = {
    lost,
    onLost: (listener) => {
      client.once('close', listener);
      return () => client.removeListener('close', listener);
    },
  };
  // Every command listens for the end of the connection.
  client.setMaxListeners(0);
  const ahead: Ahead = new Map();
  sendAhead(privates, socket, ahead);

  const refused = (attempt: string, error: Error & { reason?: unknown }) => {
    if (lost() !== undefined || error.message === 'No response from server' || error.message === 'Not connected') {
      return connectError('connect/closed', lost() ?? `The connection to ${describeHost(host)} was closed`, {
        cause: error,
      });
    }
    const found = printable(error.message.replace(/^\(SSH\) Channel open failure: /, ''), { limit: 300 });
    return connectError('connect/channel', `${attempt}: the server refused (${found})`, { cause: error });
  };

  return {
    exec: (command, { ahead: bytes, onSent, signal }) => {
      const attempt = `Cannot start a command on ${describeHost(host)}`;
      // A buffer of its own, by which the bytes that follow this very request are found.
      const request = Buffer.from(command);
      if (bytes !== undefined) ahead.set(request, bytes);
      return openChannel(
        signal,
        (done) => {
          // The request and what goes with it follow the server's confirmation, whatever happens here in the meantime.
          onSent?.();
          client.exec(request as never, { env: { ...host.environment } }, done);
        },
        (channel) => wrapChannel(channel, state),
        (error) => {
          ahead.delete(request);
          return refused(attempt, error);
        },
      );
    },
    forward: (to, { signal }) =>
      openChannel(
        signal,
        (done) => client.forwardOut('127.0.0.1', 0, to.hostname, to.port, done),
        (channel): Duplex => channel,
        (error) => refused(`Cannot connect to ${describeHost(to)} through ${describeHost(host)}`, error),
      ),
  };
}

/** Waits for one channel. A channel that comes after its caller was stopped is closed. */
function openChannel<T>(
  signal: AbortSignal,
  request: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
  accept: (channel: ClientChannel) => T,
  describe: (error: Error) => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (error: Error | undefined, channel: ClientChannel) => {
      signal.removeEventListener('abort', onAbort);
      if (error !== undefined) reject(describe(error));
      else if (signal.aborted) channel.close();
      // At once, so that no event of the channel is missed.
      else resolve(accept(channel));
    };
    try {
      request(done);
    } catch (error) {
      signal.removeEventListener('abort', onAbort);
      reject(describe(error instanceof Error ? error : new Error(String(error))));
    }
  });
}
