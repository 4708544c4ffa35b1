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
