import type { CroniumError } from '../domain/errors.ts';
import type { LogRecord } from '../domain/record.ts';

/**
 * The client's byte-for-byte copy of a job's spool. Only whole, checked records are ever kept: a torn tail is cut off when it is
 * opened. Writing the same bytes to the same offsets twice is harmless, so two owners by accident do no damage.
 */
export interface Mirror {
  /** Offset of the first byte that is missing, always a record's border: where to attach. */
  readonly end: number;
  /** Where it stood when it was opened: a record's border and the number of the record there. */
  readonly opened: { readonly offset: number; readonly seq: number };
  /** What is wrong with the record at `end`, as soon as it is known (`record/…`). */
  readonly problem: CroniumError | undefined;
  /**
   * Takes a piece of the spool, which may begin and end within a record, and returns the records that it completes. An offset
   * beyond what has come leaves a hole (segments that the server dropped). A bad record throws `CroniumError` `record/…`. The records
   * are to be read before `bytes` are used again, and before the next call.
   */
  write(offset: number, bytes: Uint8Array): LogRecord[];
  /** The records that are kept, from a border on. */
  read(from: { readonly offset: number; readonly seq: number }): AsyncIterable<LogRecord>;
  /** Everything before `end` is on disk when it resolves; only then may it be acknowledged. */
  sync(): Promise<void>;
  close(): void;
}
