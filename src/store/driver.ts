import type { Row } from './row.ts';

/** Named parameters of a statement. */
export type Parameters = Readonly<Record<string, string | number | null>>;

/** The little of SQLite that the store uses; what it throws bears a code such as `SQLITE_BUSY`. */
export interface Driver {
  prepare(sql: string): Statement;
  /** Runs several statements that return nothing. */
  execute(sql: string): void;
  /** May be called twice. */
  close(): void;
}

export interface Statement {
  /** How many rows were changed. */
  run(parameters: Parameters): number;
  /** The first row; undefined when there is none or the statement returns nothing. */
  get(parameters: Parameters): Row | undefined;
  all(parameters: Parameters): Row[];
}

export interface DriverOptions {
  /** better-sqlite3's native binding; absent: found beside the npm package. */
  readonly nativeBinding?: string;
  /** How long a write waits for other processes. */
  readonly busyTimeoutMs: number;
  /** Asks the file system for no locks: nobody else may use the file. */
  readonly hasNoLocks?: true;
}
