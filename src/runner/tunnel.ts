import { Duplex } from 'node:stream';
import { CroniumError } from '../domain/errors.ts';
import { INITIAL_CREDIT_BYTES, type Outbox } from './outbox.ts';

/** Somebody on the server who wants to be answered. */
export interface Tunnel {
  readonly job: string;
  readonly door: 'call' | 'http';
  /** The number of the last value in the job's log that has to be applied before the answer. */
  readonly after: number;
  /** Ending it is the end of our answer, destroying it gives it up. It is destroyed when the other side or the session gives up. */
  readonly socket: Duplex;
}

/** The runner's side of a tunnel: what its frames do here. */
export interface TunnelEnd {
  readonly socket: Duplex;
  /** Throws `CroniumError` `credit` when it is more than was allowed. */
  receive(body: Uint8Array): void;
  end(): void;
  fail(error: Error): void;
}

/** What is buffered in each direction besides the credit's megabyte. */
const BUFFER_BYTES = 65_536;
const PIECE_BYTES = 32_768;
/** Credit is given back in portions, not for every frame. */
const WINDOW_PORTION_BYTES = 131_072;

/** A stream of the runner's as a `Duplex`. Both sides go at the pace of the slower one: credit is given back for what was read. */
export function openTunnel(outbox: Outbox, stream: number, onClosed: () => void): TunnelEnd {
  const queue: Uint8Array[] = [];
  let credit = INITIAL_CREDIT_BYTES;
  let owed = 0;
  let hasEnded = false;
  let wantsMore = false;
  let isOver = false;
  let wasAnswered = false;
  const socket = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: BUFFER_BYTES,
    writableHighWaterMark: BUFFER_BYTES,
    read: () => {
      wantsMore = true;
      flow();
    },
    write: (chunk: Buffer, _encoding, done) => {
      send(chunk).then(() => done(), done);
    },
    final: (done) => {
      outbox.end(stream).then(() => {
        wasAnswered = true;
        done();
      }, done);
    },
    destroy: (error, done) => {
      queue.length = 0;
      // Both sides have said all: there is nothing to give up.
      if (!isOver && !(hasEnded && wasAnswered)) outbox.reset(stream);
      isOver = true;
      onClosed();
      done(error);
    },
  });
  // Whoever holds it hears of it by its end; without a listener Node would end the program.
  socket.on('error', () => {});

  function flow(): void {
    while (wantsMore) {
      const piece = queue.shift();
      if (!piece) break;
      giveBack(piece.length);
      wantsMore = socket.push(piece);
    }
    if (wantsMore && hasEnded && queue.length === 0) {
      wantsMore = false;
      socket.push(null);
    }
  }

  function giveBack(bytes: number): void {
    owed += bytes;
    if (owed < WINDOW_PORTION_BYTES || hasEnded) return;
    credit += owed;
    outbox.message({ type: 'window', stream, bytes: owed });
    owed = 0;
  }

  async function send(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !isOver; at += PIECE_BYTES) {
      await outbox.data(stream, chunk.subarray(at, at + PIECE_BYTES));
    }
  }

  return {
    socket,
    receive: (body) => {
      if (isOver || hasEnded) return;
      credit -= body.length;
      if (credit < 0) throw new CroniumError('credit', 'more was sent through a tunnel than its credit allows');
      if (body.length > 0) queue.push(new Uint8Array(body));
      flow();
    },
    end: () => {
      hasEnded = true;
      flow();
    },
    fail: (error) => {
      if (!isOver) outbox.drop(stream);
      isOver = true;
      socket.destroy(error);
    },
  };
}
