import { crc32c } from '../base/crc32c.ts';
import { ownBytes, release } from '../base/own-bytes.ts';
import { CroniumError } from './errors.ts';

/** What a record of a job's spool says; see docs/protocol.md, "Spool". */
export type RecordType = 'START' | 'OUT' | 'ERR' | 'NOTE' | 'GAP' | 'OUTPUT' | 'VARIABLE' | 'EXIT';

/** One record of a job's spool. */
export interface LogRecord {
  readonly type: RecordType;
  readonly seq: number;
  /** Microseconds since 1970. */
  readonly time: number;
  /** A view into the bytes that were pushed, not a copy: whoever reuses those bytes reads the body first. */
  readonly body: Uint8Array;
  /** Where the record begins in the spool. */
  readonly offset: number;
}

/** The longest body, so that nobody can make a reader hold more than one such record. */
const MAX_BODY_BYTES = 65_536;

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Length, type, seq and time. */
const HEADER_BYTES = 21;
const CHECKSUM_BYTES = 4;

/** The bytes of a record besides its body. */
export const RECORD_OVERHEAD = HEADER_BYTES + CHECKSUM_BYTES;

const TYPES: readonly (RecordType | undefined)[] = [
  undefined,
  'START',
  'OUT',
  'ERR',
  'NOTE',
  'GAP',
  'OUTPUT',
  'VARIABLE',
  'EXIT',
];

/**
 * Turns a spool's bytes, however they are cut, into records. Whole records in front of a bad one are returned; the bad one
 * throws (`record/length`, `record/type`, `record/crc`, `record/seq`) at the next push, and at every one after it.
 */
export class RecordDecoder {
  #offset: number;
  #seq: number;
  #afterHole = false;
  /** The beginning of a record whose rest has not come yet. */
  #part = NOTHING;
  #partLength = 0;
  #joined = NOTHING;
  #problem: CroniumError | undefined;

  constructor(start: { readonly offset: number; readonly seq: number } = { offset: 0, seq: 0 }) {
    this.#offset = start.offset;
    this.#seq = start.seq;
  }

  /** Where the next record begins: everything before it was whole and right. */
  get offset(): number {
    return this.#offset;
  }

  /** The number that the next record has (after a hole: at least). */
  get seq(): number {
    return this.#seq;
  }

  /** All of the first record of the last push, if its beginning had come before: it does not stand in what was pushed. */
  get joined(): Uint8Array<ArrayBuffer> {
    return this.#joined;
  }

  /** What is wrong with the record at `offset`, as soon as it is known. */
  get problem(): CroniumError | undefined {
    return this.#problem;
  }

  push(bytes: Uint8Array): LogRecord[] {
    if (this.#problem !== undefined) throw this.#problem;
    const records = this.pushValid(bytes);
    if (this.#problem !== undefined && records.length === 0) throw this.#problem;
    return records;
  }

  /** As `push`, but throws nothing: `problem` tells. */
  pushValid(bytes: Uint8Array): LogRecord[] {
    const records: LogRecord[] = [];
    this.#joined = NOTHING;
    if (this.#problem !== undefined) return records;
    try {
      this.#decode(bytes, records);
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      this.#problem = error;
    }
    return records;
  }

  /**
   * Drops the unfinished or bad record: the next bytes are from `offset`. That is either where the decoder stands, so the record
   * comes again, or behind a hole (segments that the server dropped).
   */
  skipTo(offset: number): void {
    if (offset !== this.#offset) this.#afterHole = true;
    this.#offset = offset;
    this.#partLength = 0;
    this.#problem = undefined;
  }

  #decode(bytes: Uint8Array, records: LogRecord[]): void {
    let at = this.#partLength === 0 ? 0 : this.#finishPart(bytes, records);
    while (at < bytes.length) {
      const size = wantedBytes(bytes, at, bytes.length);
      if (bytes.length - at < size) break;
      records.push(this.#record(bytes, at, size));
      at += size;
    }
    if (at < bytes.length) this.#append(bytes.subarray(at), wantedBytes(bytes, at, bytes.length));
  }

  /** Adds what the unfinished record lacks and returns how many bytes that took. */
  #finishPart(bytes: Uint8Array, records: LogRecord[]): number {
    let at = 0;
    for (;;) {
      const wanted = wantedBytes(this.#part, 0, this.#partLength);
      if (this.#partLength === wanted) break;
      if (at === bytes.length) return at;
      const taken = Math.min(wanted - this.#partLength, bytes.length - at);
      this.#append(bytes.subarray(at, at + taken), wanted);
      at += taken;
    }
    records.push(this.#record(this.#part, 0, this.#partLength));
    // The body is a view into this buffer from now on, so the next part gets a new one.
    this.#joined = this.#part;
    this.#part = NOTHING;
    this.#partLength = 0;
    return at;
  }

  #append(bytes: Uint8Array, capacity: number): void {
    if (this.#part.length < capacity) {
      const grown = ownBytes(capacity);
      grown.set(this.#part.subarray(0, this.#partLength));
      release(this.#part);
      this.#part = grown;
    }
    this.#part.set(bytes, this.#partLength);
    this.#partLength += bytes.length;
  }

  #record(bytes: Uint8Array, at: number, size: number): LogRecord {
    const checked = at + size - CHECKSUM_BYTES;
    if (crc32c(bytes.subarray(at, checked)) !== uint32(bytes, checked)) {
      throw bad('record/crc', 'its checksum is wrong');
    }
    const seq = uint64(bytes, at + 5);
    // Records that were dropped took their numbers with them.
    if (this.#afterHole ? seq < this.#seq : seq !== this.#seq) {
      throw bad('record/seq', `its number is ${seq} where ${this.#seq} is due`);
    }
    const record: LogRecord = {
      type: recordType(bytes, at),
      seq,
      time: uint64(bytes, at + 13),
      body: bytes.subarray(at + HEADER_BYTES, checked),
      offset: this.#offset,
    };
    this.#offset += size;
    this.#seq = seq + 1;
    this.#afterHole = false;
    return record;
  }
}

/** How many bytes are needed to go on with the record at `at`: its header, or all of it once the header tells. Checks what is there. */
function wantedBytes(bytes: Uint8Array, at: number, end: number): number {
  const size = end - at < 4 ? HEADER_BYTES : recordBytes(bytes, at);
  if (end - at >= 5) recordType(bytes, at);
  return end - at < HEADER_BYTES ? HEADER_BYTES : size;
}

/** Reads the length of the record that begins at `at`, all of it; the first four bytes must be there. */
function recordBytes(bytes: Uint8Array, at: number): number {
  const length = uint32(bytes, at);
  if (length > MAX_BODY_BYTES) {
    throw bad('record/length', `its length is ${length}, at most ${MAX_BODY_BYTES} is allowed`);
  }
  return HEADER_BYTES + length + CHECKSUM_BYTES;
}

function recordType(bytes: Uint8Array, at: number): RecordType {
  const type = TYPES[bytes[at + 4] as number];
  if (type === undefined) {
    throw bad('record/type', `its type is ${bytes[at + 4]}, not 1 to 8`);
  }
  return type;
}

function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function bad(code: string, found: string): CroniumError {
  return new CroniumError(code, `Cannot read a record of the log: ${found}`);
}

/** Exact up to 2⁵³, which neither a seq nor a time ever reaches. */
function uint64(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at) * 2 ** 32 + uint32(bytes, at + 4);
}
