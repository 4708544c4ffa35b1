import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';

/** A file of a spool or a mirror; its name is the offset of its first byte in 16 hex digits. */
export interface Segment {
  readonly offset: number;
  readonly file: string;
}

/** The longest segment. A record that would not fit any more begins the next one, here as on the server. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

export function segmentAt(dir: string, offset: number): Segment {
  return { offset, file: join(dir, offset.toString(16).padStart(16, '0')) };
}

/** The segments in `dir` by offset; none when there is no such folder. Other files are nobody's business. */
export function listSegments(dir: string): Segment[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => /^00[0-9a-f]{14}$/.test(name))
    .sort()
    .map((name) => ({ offset: Number.parseInt(name, 16), file: join(dir, name) }));
}
