import { AsyncQueue } from '../base/async-queue.ts';
import { ownBytes, release } from '../base/own-bytes.ts';
import { CroniumError } from '../domain/errors.ts';
import type { JobState } from './message.ts';
import { INITIAL_CREDIT_BYTES } from './outbox.ts';

/**
 * Spool bytes at their logical offset. They may begin and end in the middle of a record. They are there until the next piece is asked
 * for.
 */
export interface SpoolPiece {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the session lends to an attachment. */
interface Wire {
  window(bytes: number): void;
  detach(): void;
}

/** Credit is given back in portions, not for every frame. */
const WINDOW_PORTION_BYTES = 262_144;
const OFFSET_BYTES = 8;

/**
 * A job's spool as it arrives, from the offset that was asked for to the job's end. Memory is bounded by the stream's credit:
 * a slow reader slows only itself.
 */
export class Attachment implements AsyncIterable<SpoolPiece> {
  readonly stream: number;
  readonly job: string;
  readonly #pieces = new AsyncQueue<SpoolPiece>();
  #wire: Wire | undefined;
  #next: number | undefined;
  #owed = 0;
  /** What the runner may still send before it is given more. */
  #credit = INITIAL_CREDIT_BYTES;
  #isComplete = false;
  #spoolEnd: number | undefined;

  constructor(stream: number, job: string) {
    this.stream = stream;
    this.job = job;
  }

  /** Size of the spool when the runner attached us; `undefined` before that. */
  get spoolEnd(): number | undefined {
    return this.#spoolEnd;
  }

  /** The runner has sent everything there is: the job has ended and nothing of its log is missing. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  connect(wire: Wire): void {
    this.#wire = wire;
  }

  begin(attached: { readonly offset: number; readonly end: number; readonly state: JobState }): void {
    if (this.#spoolEnd !== undefined) throw new CroniumError('stream', 'a log was attached twice');
    this.#next = attached.offset;
    this.#spoolEnd = attached.end;
  }

  receive(body: Uint8Array): void {
    this.#credit -= body.length;
    if (this.#credit < 0) throw new CroniumError('credit', 'more of the log was sent than its credit allows');
    if (body.length < OFFSET_BYTES) throw new CroniumError('stream', 'a piece of the log has no offset');
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const offset = Number(view.getBigUint64(0));
    if (!Number.isSafeInteger(offset) || (this.#next !== undefined && offset < this.#next)) {
      throw new CroniumError('stream', `a piece of the log goes back to offset ${offset}`);
    }
    const length = body.length - OFFSET_BYTES;
    this.#next = offset + length;
    if (length === 0) return;
    // Copied: what it came in is used again, and would often be far larger.
    const bytes = ownBytes(length);
    bytes.set(body.subarray(OFFSET_BYTES));
    this.#pieces.push({ offset, bytes });
  }

  /** The job has ended and every byte was sent. */
  end(): void {
    this.#isComplete = true;
    this.#pieces.close();
  }

  fail(error: unknown): void {
    this.#pieces.fail(error);
  }

  /** All of the log is here: what still comes is dropped, and the runner ends the stream by itself. */
  finish(): void {
    this.#wire = undefined;
    this.#pieces.close();
  }

  /** Leaves the stream; the job goes on. */
  detach(): void {
    this.#pieces.close();
    this.#wire?.detach();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SpoolPiece> {
    try {
      for await (const piece of this.#pieces) {
        yield piece;
        this.#owed += piece.bytes.length + OFFSET_BYTES;
        release(piece.bytes);
        if (this.#owed >= WINDOW_PORTION_BYTES) {
          this.#credit += this.#owed;
          this.#wire?.window(this.#owed);
          this.#owed = 0;
        }
      }
    } finally {
      this.detach();
    }
  }
}
