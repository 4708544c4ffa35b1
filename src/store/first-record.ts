import { closeSync, openSync, readSync } from 'node:fs';
import { type LogRecord, RecordDecoder } from '../domain/record.ts';
import { listSegments } from './segments.ts';

/** More than the longest record. */
const ENOUGH_BYTES = 128 * 1024;

/** The record that the mirror in `dir` begins with; undefined when there is none, or it is not whole. */
export function readFirstRecord(dir: string): LogRecord | undefined {
  const [segment] = listSegments(dir);
  if (segment?.offset !== 0) return undefined;
  const chunk = new Uint8Array(ENOUGH_BYTES);
  const descriptor = openSync(segment.file, 'r');
  try {
    const length = readSync(descriptor, chunk, 0, ENOUGH_BYTES, 0);
    return new RecordDecoder().pushValid(chunk.subarray(0, length))[0];
  } finally {
    closeSync(descriptor);
  }
}
