/** Room in memory of its own, not zeroed, which `release` can give back. */
export function ownBytes(size: number): Uint8Array<ArrayBuffer> {
  // No Buffer: its `slice` is a view, and who wants to keep bytes would believe to have a copy.
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}

/**
 * Gives memory back that nobody reads any more. Left to the collector, what a log of a gigabyte goes through would lie about by the
 * hundred megabytes. Whoever still has a view of it finds that empty, never what others have put there.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  if (bytes.length > 0) bytes.buffer.transfer(0);
}

/** What may stand around a view that is meant to be all of its memory. */
const SLACK_BYTES = 512;

/** As `release`, for memory that others have made, by a view of nearly all of it. A share of a larger piece, such as Node's pool, stays. */
export function releaseUnder(view: Uint8Array): void {
  const { buffer } = view;
  const isAll = view.length > SLACK_BYTES && buffer.byteLength - view.length <= SLACK_BYTES;
  if (isAll && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
