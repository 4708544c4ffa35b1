import { createReadStream } from 'node:fs';
import { abortable } from '../base/wait.ts';
import type { Outbox } from './outbox.ts';

/** Data frames of an upload; small enough that a control message never waits long behind one. */
const PIECE_BYTES = 32_768;

/** A file as the frames of a stream, as fast as the wire and the stream's credit allow. Given up when the signal aborts. */
export async function uploadFile(
  outbox: Outbox,
  stream: number,
  file: string,
  options: { readonly onProgress?: (done: number) => void; readonly signal: AbortSignal },
): Promise<void> {
  let done = 0;
  const pieces = createReadStream(file, { highWaterMark: PIECE_BYTES, signal: options.signal });
  try {
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      await abortable(outbox.data(stream, piece), options);
      done += piece.length;
      options.onProgress?.(done);
    }
  } catch (error) {
    outbox.reset(stream);
    options.signal.throwIfAborted();
    throw error;
  }
  await abortable(outbox.end(stream), options);
}

/** Bytes that are in memory, as the frames of a stream. Given up when `unwanted` settles before they are all sent. Never throws. */
export async function uploadBytes(
  outbox: Outbox,
  stream: number,
  bytes: Uint8Array,
  unwanted: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  let isSent = false;
  const stop = (): void => {
    if (!isSent && !isOver) outbox.reset(stream);
    isOver = true;
  };
  unwanted.then(stop, stop);
  try {
    for (let at = 0; at < bytes.length && !isOver; at += PIECE_BYTES) {
      await outbox.data(stream, bytes.subarray(at, at + PIECE_BYTES));
    }
    if (!isOver) await outbox.end(stream);
    isSent = true;
  } catch {
    // The session is over, which the answer to the start tells.
  }
}
