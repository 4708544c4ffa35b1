import { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { releaseUnder } from '../../base/own-bytes.ts';
import type { RemoteExit, RemoteProcess } from '../transport.ts';
import { printable } from './printable.ts';

/** The longest there is, `SIGVTALRM`, with room for what other systems have. */
const MAX_SIGNAL_NAME = 32;

export interface ConnectionState {
  /** Why the connection is gone, if it is. */
  readonly lost: () => string | undefined;
  /** Calls `listener` when it goes; returns what forgets it. */
  readonly onLost: (listener: () => void) => () => void;
  /** Calls `done` when what was written has left this machine, but for a bounded rest, or never will. */
  readonly whenSent: (done: () => void) => void;
}

/** Our side of a command that runs in `channel`. */
export function wrapChannel(channel: ClientChannel, { lost, onLost, whenSent }: ConnectionState): RemoteProcess {
  const exited = Promise.withResolvers<RemoteExit>();
  let exit: RemoteExit | undefined;
  let isClosing = false;
  const stdout = readableOf(channel, channel);
  const stderr = readableOf(channel.stderr, channel);
  const stdin = writableOf(channel, whenSent);

  channel.on('error', () => {});
  channel.stderr.on('error', () => {});
  channel.on('exit', (code: number | null, signal?: string) => {
    exit =
      code === null
        ? { kind: 'signalled', signal: printable(signal ?? 'SIGKILL', { limit: MAX_SIGNAL_NAME }) }
        : { kind: 'exited', code };
  });
  // The channel itself closes only when somebody has read what came, and who writes must not wait for that.
  const forget = onLost(() => stdin.destroy());
  channel.on('close', () => {
    forget();
    stdin.destroy();
    Promise.all([ended(stdout), ended(stderr)]).then(() => exited.resolve(exit ?? unknownEnd()));
  });
  const unknownEnd = (): RemoteExit => ({
    kind: 'disconnected',
    message:
      lost() ??
      (isClosing ? 'The command was given up' : 'The server closed the channel without saying how the command ended'),
  });

  return {
    stdin,
    stdout,
    stderr,
    exited: exited.promise,
    close: () => {
      if (isClosing) return;
      isClosing = true;
      try {
        channel.close();
      } catch {
        // The connection is gone, and the channel with it.
      }
      forget();
      // The server may never answer.
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      Promise.all([ended(stdout), ended(stderr)]).then(() => exited.resolve(exit ?? unknownEnd()));
    },
  };
}

function readableOf(source: Readable, channel: ClientChannel): Readable {
  const output = new Readable({
    read: () => {
      source.resume();
    },
  });
  output.on('error', () => {});
  source.on('data', (chunk: Buffer) => {
    if (output.destroyed) return;
    if (!output.push(chunk)) source.pause();
    // Nobody keeps it: it was told and is not waiting (`RemoteProcess.stdout`).
    if (output.readableLength === 0) releaseUnder(chunk);
  });
  const end = () => {
    if (!output.destroyed && !output.readableEnded) output.push(null);
  };
  source.once('end', end);
  // A channel may close without an end of its output.
  channel.once('close', () => {
    if (source.readableLength === 0) end();
  });
  return output;
}

function writableOf(channel: ClientChannel, whenSent: ConnectionState['whenSent']): Writable {
  let waiting: (() => void) | undefined;
  const input = new Writable({
    write: (chunk, _encoding, done) => {
      waiting = done;
      channel.write(chunk, () =>
        whenSent(() => {
          if (waiting !== done) return;
          waiting = undefined;
          done();
        }),
      );
    },
    final: (done) => {
      channel.end();
      done();
    },
    destroy: (error, done) => {
      // A channel that is gone never answers a write.
      const unanswered = waiting;
      waiting = undefined;
      unanswered?.();
      done(error);
    },
  });
  input.on('error', () => {});
  return input;
}

function ended(stream: Readable): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
}
