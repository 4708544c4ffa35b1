import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { type Ahead, sendAhead } from './ahead.ts';
import type { Connection } from './connection.ts';
import { connectError } from './errors.ts';
import { printable } from './printable.ts';
import type { Privates } from './protocol.ts';
import { type ConnectionState, wrapChannel } from './remote-process.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/** A server that is asked for a command looks up an account and starts a shell; a forward may itself wait for a connection. */
const ANSWER_TIMEOUT_MS = 30_000;

// ssh2 hands everything to the socket at once, as much as the server says that it would take.
const UNSENT_LIMIT_BYTES = 1024 * 1024;
// What waits for the end of a key exchange, in packets.
const QUEUED_LIMIT = 64;
const ROOM_CHECK_MS = 10;

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
    whenSent: (done) => {
      const queued = privates.protocol._queue?.length ?? 0;
      const isSent = socket.writableLength < UNSENT_LIMIT_BYTES && queued < QUEUED_LIMIT;
      if (isSent || socket.destroyed) done();
      else setTimeout(() => state.whenSent(done), ROOM_CHECK_MS);
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
    const why = found === '' ? '' : ` (${found})`;
    return connectError('connect/channel', `${attempt}: the server refused${why}`, { cause: error });
  };

  return {
    exec: ({ command, ahead: bytes, onSent, signal }) => {
      const attempt = `Cannot start a command on ${describeHost(host)}`;
      // A buffer of its own, by which the bytes that follow this very request are found.
      const request = Buffer.from(command);
      if (bytes !== undefined) ahead.set(request, bytes);
      // Who is given up gets nothing any more, should the server still open the channel.
      return openChannel(
        { signal, late: () => lateError(attempt) },
        (done) => {
          // The request and what goes with it follow the server's confirmation, whatever happens here in the meantime.
          onSent?.();
          client.exec(request as never, { env: { ...host.environment } }, done);
        },
        (channel) => wrapChannel(channel, state),
        (error) => refused(attempt, error),
      ).finally(() => ahead.delete(request));
    },
    forward: (to, { signal }) => {
      const attempt = `Cannot connect to ${describeHost(to)} through ${describeHost(host)}`;
      return openChannel(
        { signal, late: () => lateError(attempt) },
        (done) => client.forwardOut('127.0.0.1', 0, to.hostname, to.port, done),
        (channel): Duplex => channel,
        (error) => refused(attempt, error),
      );
    },
  };
}

function lateError(attempt: string): Error {
  return connectError('connect/timeout', `${attempt}: the server did not answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
}

/** Waits for one channel. A channel that comes after its caller was stopped, or too late, is closed. */
function openChannel<T>(
  { signal, late }: { readonly signal: AbortSignal; readonly late: () => Error },
  request: (done: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
  accept: (channel: ClientChannel) => T,
  describe: (error: Error) => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let isOver = false;
    const giveUp = (error: unknown) => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      reject(error);
    };
    const onAbort = () => giveUp(signal.reason);
    const timer = setTimeout(() => giveUp(late()), ANSWER_TIMEOUT_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (error: Error | undefined, channel: ClientChannel) => {
      if (error !== undefined) giveUp(describe(error));
      else if (isOver) channel.close();
      else {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        // At once, so that no event of the channel is missed.
        resolve(accept(channel));
      }
    };
    try {
      request(done);
    } catch (error) {
      giveUp(describe(error instanceof Error ? error : new Error(String(error))));
    }
  });
}
