import { type FileHandle, open } from 'node:fs/promises';
import { type LogRecord, RecordDecoder } from '../domain/record.ts';
import { errorCode } from './error-code.ts';
import { listSegments, type Segment } from './segments.ts';

/** Bytes read at once: few calls, and no long pause for what else the program does. */
const CHUNK_BYTES = 256 * 1024;

/** A record's border in a log, and the number of the record there. */
export interface LogPlace {
  readonly offset: number;
  readonly seq: number;
}

export const LOG_BEGINNING: LogPlace = { offset: 0, seq: 0 };

/**
 * The records of the mirror in `dir` as it is now, from a place on, in order and with bounded memory. Somebody may be writing it: what is torn or
 * damaged is passed over up to the next segment, like a hole.
 */
export async function* readLog(dir: string, from: LogPlace = LOG_BEGINNING): AsyncGenerator<LogRecord> {
  const decoder = new RecordDecoder(from);
  const segments = listSegments(dir);
  for (const [index, segment] of segments.entries()) {
    // What lies before the place was read.
    if ((segments[index + 1]?.offset ?? Number.POSITIVE_INFINITY) <= from.offset) continue;
    if (segment.offset < from.offset && decoder.offset === from.offset) {
      for await (const records of readSegment(segment, decoder, from.offset - segment.offset)) yield* records;
      continue;
    }
    if (segment.offset < decoder.offset) continue;
    if (segment.offset > decoder.offset || decoder.problem !== undefined) decoder.skipTo(segment.offset);
    for await (const records of readSegment(segment, decoder)) yield* records;
  }
}

/** The records of the last segment of the mirror in `dir`: as many as one segment holds, however long the log is. */
export async function* readLastSegment(dir: string): AsyncGenerator<LogRecord> {
  const segment = listSegments(dir).at(-1);
  if (!segment) return;
  const decoder = new RecordDecoder();
  decoder.skipTo(segment.offset);
  for await (const records of readSegment(segment, decoder)) yield* records;
}

/** A batch of records for each chunk, up to the segment's end or the first bad record. */
async function* readSegment(segment: Segment, decoder: RecordDecoder, from = 0): AsyncGenerator<LogRecord[]> {
  await using handle = await openUnlessGone(segment.file);
  if (!handle) return;
  let position = from;
  while (decoder.problem === undefined) {
    // A new buffer each time: the records are views into it, and the reader may keep them.
    const chunk = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, position);
    position += bytesRead;
    if (bytesRead === 0) return;
    yield decoder.pushValid(chunk.subarray(0, bytesRead));
  }
}

/** Undefined: the run was removed, with its log, while somebody reads it. */
async function openUnlessGone(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
