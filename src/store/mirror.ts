import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownBytes, release } from '../base/own-bytes.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import { type LogRecord, RecordDecoder } from '../domain/record.ts';
import { type LogPlace, readLog } from './read-log.ts';
import { scanMirror, type ValidPart } from './scan-mirror.ts';
import { SEGMENT_BYTES, type Segment, segmentAt } from './segments.ts';
import { SharedFolders, syncFile, syncFileNow } from './sync-file.ts';

export interface MirrorOptions {
  /** The longest segment; absent: as on the server. */
  readonly segmentBytes?: number;
  /** What many mirrors beside each other make durable together; absent: each does so by itself. */
  readonly folders?: Pick<SharedFolders, 'sync'>;
}

/** Opens the mirror in `dir`, makes it if there is none, and cuts off a torn tail. */
export function openMirror(dir: string, options: MirrorOptions = {}): SpoolMirror {
  try {
    const isNew = mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined;
    return new SpoolMirror(dir, isNew ? NOTHING : scanMirror(dir), options);
  } catch (error) {
    throw mirrorProblem('open', dir, error);
  }
}

const NOTHING: ValidPart = { end: 0, seq: 0 };

/**
 * The client's byte-for-byte copy of a job's spool, in the same segments: a record that would take its segment over the limit
 * begins the next one, on both sides. Only whole records that were checked are ever written, so `end` is a record's border.
 */
export class SpoolMirror implements Disposable {
  /** Where the log stood when it was opened: what a `RecordDecoder` goes on with. */
  readonly opened: { readonly offset: number; readonly seq: number };
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #folders: Pick<SharedFolders, 'sync'>;
  readonly #decoder: RecordDecoder;
  #end: number;
  /** Where the stream goes on: `#end` and what has come of the record there. */
  #next: number;
  /** What the first record that was returned last is a view of, if that came in parts. */
  #joined = ownBytes(0);
  #segment: Segment | undefined;
  #descriptor: number | undefined;
  /** Segments with bytes that may not be on disk, and those that are on the way there. */
  #unsynced = new Set<string>();
  #syncing = new Set<string>();
  #hasNewFiles = true;
  #lastSync: Promise<void> = Promise.resolve();
  #failure: CroniumError | undefined;
  #isClosed = false;

  constructor(dir: string, valid: ValidPart, options: MirrorOptions) {
    this.#dir = dir;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#folders = options.folders ?? new SharedFolders();
    this.opened = { offset: valid.end, seq: valid.seq };
    this.#decoder = new RecordDecoder(this.opened);
    this.#end = valid.end;
    this.#next = valid.end;
    this.#segment = valid.last;
    // What was found may have been written, or cut, just now and by somebody who is gone.
    if (valid.last !== undefined) this.#unsynced.add(valid.last.file);
  }

  /** Offset of the first byte that is missing, always a record's border: where to attach. */
  get end(): number {
    return this.#end;
  }

  /** What is wrong with the record at `end`, as soon as it is known; what came before it is kept. */
  get problem(): CroniumError | undefined {
    return this.#decoder.problem;
  }

  /**
   * Takes a piece of the spool, which may begin and end within a record, and returns the records that it completes. What is here
   * already is passed over; an offset beyond what has come leaves a hole (segments that the server dropped). A bad record throws
   * as in `RecordDecoder` and is not kept: attach at `end` and write again from there. The records are to be read before `bytes` are
   * used again, and before the next call.
   */
  write(offset: number, bytes: Uint8Array): LogRecord[] {
    if (this.#isClosed) throw new Error(`The mirror in "${this.#dir}" is closed`);
    if (this.#failure !== undefined) throw this.#failure;
    if (offset + bytes.length <= this.#end) return [];
    if (offset > this.#next) this.#leaveHole(offset);
    // The stream begins again, in front of a record that was cut or bad.
    else if (offset <= this.#end && this.#next > this.#end) this.#goOnAt(this.#end);

    const fresh = bytes.subarray(this.#next - offset);
    if (fresh.length === 0) return [];
    release(this.#joined);
    const from = this.#next;
    this.#next += fresh.length;
    const records = this.#decoder.push(fresh);
    this.#joined = this.#decoder.joined;
    try {
      this.#keep(records, { from, bytes: fresh });
    } catch (error) {
      throw this.#fail('write', error);
    }
    this.#end = this.#decoder.offset;
    return records;
  }

  /** The records from a place on. Throws `CroniumError` `mirror/read`; that is no end of the mirror. */
  async *read(from: LogPlace): AsyncGenerator<LogRecord> {
    try {
      yield* readLog(this.#dir, from);
    } catch (error) {
      throw mirrorProblem('read', this.#dir, error);
    }
  }

  /** Everything in front of what `end` is at the call is on disk when it resolves. */
  sync(): Promise<void> {
    const done = this.#lastSync.then(() => this.#flush());
    this.#lastSync = done.catch(() => {}); // The caller gets it; the next call shall run all the same.
    return done;
  }

  close(): void {
    this.#isClosed = true;
    this.#leaveSegment();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #goOnAt(offset: number): void {
    this.#decoder.skipTo(offset);
    this.#next = offset;
    this.#end = offset;
  }

  #leaveHole(offset: number): void {
    this.#goOnAt(offset);
    this.#leaveSegment();
    this.#segment = undefined;
  }

  /** Writes the records to the segments they belong to; `fresh` is what has come and where that begins. */
  #keep(records: readonly LogRecord[], fresh: { readonly from: number; readonly bytes: Uint8Array }): void {
    if (records.length === 0) return;
    const hasJoined = this.#joined.length > 0;
    if (hasJoined) this.#keepRun(records.slice(0, 1), this.#end, this.#joined);
    const from = this.#end + this.#joined.length;
    const rest = fresh.bytes.subarray(from - fresh.from, this.#decoder.offset - fresh.from);
    this.#keepRun(hasJoined ? records.slice(1) : records, from, rest);
  }

  /** Writes records that stand one behind the other in `bytes`, the first at the offset `start`. */
  #keepRun(records: readonly LogRecord[], start: number, bytes: Uint8Array): void {
    const end = start + bytes.length;
    let from = start;
    if (!this.#hasRoomUpTo(end)) {
      for (const [index, record] of records.entries()) {
        if (this.#hasRoomUpTo(records[index + 1]?.offset ?? end)) continue;
        this.#writeAll(from, bytes.subarray(from - start, record.offset - start));
        this.#beginSegment(record.offset);
        from = record.offset;
      }
    }
    this.#writeAll(from, bytes.subarray(from - start));
  }

  #hasRoomUpTo(offset: number): boolean {
    return this.#segment !== undefined && offset - this.#segment.offset <= this.#segmentBytes;
  }

  #beginSegment(offset: number): void {
    this.#leaveSegment();
    // Only the last two segments are checked when a mirror is opened, so the ones before must be on disk by now. They are, unless
    // nobody has called `sync` for a whole segment.
    for (const file of [...this.#unsynced, ...this.#syncing]) {
      if (file !== this.#segment?.file) syncFileNow(file);
    }
    this.#segment = segmentAt(this.#dir, offset);
  }

  #leaveSegment(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #writeAll(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#segment === undefined) return;
    if (this.#descriptor === undefined) {
      // Not truncated: another owner by accident may have written the same bytes here and more of them.
      this.#descriptor = openSync(this.#segment.file, constants.O_RDWR | constants.O_CREAT, 0o600);
      this.#hasNewFiles = true;
    }
    this.#unsynced.add(this.#segment.file);
    const position = offset - this.#segment.offset;
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#descriptor, bytes, at, bytes.length - at, position + at);
    }
  }

  async #flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const folders = this.#hasNewFiles ? [this.#dir, dirname(this.#dir)] : [];
    this.#hasNewFiles = false;
    this.#syncing = this.#unsynced;
    this.#unsynced = new Set();
    try {
      await all([...[...this.#syncing].map(syncFile), ...folders.map((folder) => this.#folders.sync(folder))]);
    } catch (error) {
      // Not to be tried again: the system may call pages clean that it could not write.
      throw this.#fail('sync', error);
    }
    this.#syncing = new Set();
  }

  #fail(doing: 'write' | 'sync', error: unknown): CroniumError {
    this.#failure = mirrorProblem(doing, this.#dir, error);
    return this.#failure;
  }
}

/** As `Promise.all`, and none of them goes on when it is over. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(works)) if (end.status === 'rejected') throw end.reason;
}

function mirrorProblem(doing: 'open' | 'read' | 'write' | 'sync', dir: string, cause: unknown): CroniumError {
  return new CroniumError(`mirror/${doing}`, `Cannot ${doing} the log in "${dir}": ${sentence(cause)}`, { cause });
}
