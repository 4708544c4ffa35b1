import { closeSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';
import { RecordDecoder } from '../domain/record.ts';
import { listSegments, type Segment } from './segments.ts';

/** The part of a mirror that is whole and right. */
export interface ValidPart {
  readonly end: number;
  /** The number of the record that comes next. */
  readonly seq: number;
  /** The segment in which the valid part ends; absent when the mirror is empty. */
  readonly last?: Segment;
}

/** Segments that may not be whole after a power cut; the mirror's writer keeps this promise, so that opening it is quick. */
const UNSURE_SEGMENTS = 2;

/** Small enough that the records of a chunk stay in the processor's cache. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Checks the last segments of a mirror record by record and cuts off what follows the last good one. Segments behind that one are
 * renamed to `<name>.cut` and not deleted: the server may have dropped what they hold.
 */
export function scanMirror(dir: string): ValidPart {
  return scanSegments(listSegments(dir));
}

function scanSegments(segments: readonly Segment[]): ValidPart {
  const unsure = segments.slice(-UNSURE_SEGMENTS);
  const decoder = new RecordDecoder();
  let valid: ValidPart = { end: 0, seq: 0 };
  for (const [index, segment] of unsure.entries()) {
    if (segment.offset < valid.end) {
      for (const overlapping of unsure.slice(index)) setAside(overlapping);
      break;
    }
    if (segment.offset > valid.end) decoder.skipTo(segment.offset);
    const { size } = statSync(segment.file);
    decodeSegment(segment, decoder);
    if (decoder.offset > segment.offset) valid = { end: decoder.offset, seq: decoder.seq, last: segment };
    if (decoder.offset < segment.offset + size || size === 0) {
      cutSegment(segment, { at: decoder.offset - segment.offset, size });
      for (const behind of unsure.slice(index + 1)) setAside(behind);
      break;
    }
  }
  if (valid.last !== undefined || segments.length <= UNSURE_SEGMENTS) return valid;
  return scanSegments(segments.slice(0, -UNSURE_SEGMENTS));
}

/** Reads a segment up to its end or the first torn or bad record, where the decoder then stands. */
function decodeSegment(segment: Segment, decoder: RecordDecoder): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const descriptor = openSync(segment.file, 'r');
  try {
    for (let length = -1; length !== 0 && decoder.problem === undefined; ) {
      length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      decoder.pushValid(chunk.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Cuts a segment whose size was `size` when it was scanned. */
function cutSegment(segment: Segment, { at, size }: { readonly at: number; readonly size: number }): void {
  // A file that has grown meanwhile has another writer. The right bytes will be written over its tail, so it may stay, and
  // taking it away would tear a hole into what the other one has on disk.
  if (statSync(segment.file).size === size) truncateSync(segment.file, at);
}

function setAside(segment: Segment): void {
  renameSync(segment.file, `${segment.file}.cut`);
}
