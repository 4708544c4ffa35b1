import { open } from 'node:fs/promises';
import { type LogRecord, RecordDecoder } from '../domain/record.ts';
import { listSegments, type Segment } from './segments.ts';

/** Bytes read at once: few calls, and no long pause for what else the program does. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The records of the mirror in `dir` as it is now, in order and with bounded memory. Somebody may be writing it: what is torn or
 * damaged is passed over up to the next segment, like a hole.
 */
export async function* readLog(dir: string): AsyncGenerator<LogRecord> {
  const decoder = new RecordDecoder();
  for (const segment of listSegments(dir)) {
    if (segment.offset < decoder.offset) continue;
    if (segment.offset > decoder.offset || decoder.problem !== undefined) decoder.skipTo(segment.offset);
    for await (const records of readSegment(segment, decoder)) yield* records;
  }
}

/** A batch of records for each chunk, up to the segment's end or the first bad record. */
async function* readSegment(segment: Segment, decoder: RecordDecoder): AsyncGenerator<LogRecord[]> {
  await using handle = await open(segment.file, 'r');
  while (decoder.problem === undefined) {
    // A new buffer each time: the records are views into it, and the reader may keep them.
    const chunk = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield decoder.pushValid(chunk.subarray(0, bytesRead));
  }
}
