import { CroniumError } from '../domain/errors.ts';
import { databaseProblem } from './database-problem.ts';
import type { Driver, Parameters, Statement } from './driver.ts';
import { openDriver } from './open-driver.ts';
import type { Row } from './row.ts';

/** How long a write waits for another window or the command line to finish its own. */
export const BUSY_TIMEOUT_MS = 5_000;

export interface ConnectionOptions {
  readonly nativeBinding?: string;
  readonly busyTimeoutMs?: number;
  /** Asks the file system for no locks: nobody else may use the file. */
  readonly hasNoLocks?: true;
  readonly onClose?: () => void;
}

/** The same after it was in vain, until a write gets through: the process must not stand still again and again meanwhile. */
const BUSY_AGAIN_TIMEOUT_MS = 50;

/** One open database: statements are prepared once, and what SQLite has to say comes out as a sentence for a person. */
export class Connection implements Disposable {
  readonly file: string;
  readonly #driver: Driver;
  readonly #busyTimeoutMs: number;
  /** A write has waited in vain. */
  #isHeld = false;
  readonly #onClose: (() => void) | undefined;
  readonly #statements = new Map<string, Statement>();
  /** Transactions that have begun and not ended, one in the other. */
  #depth = 0;
  /** How much the next write waits for the disk; SQLite's own is found out by nobody, so it is set before the first. */
  #synchronous: 'FULL' | 'NORMAL' | undefined;

  constructor(file: string, options: ConnectionOptions = {}) {
    this.file = file;
    this.#onClose = options.onClose;
    const { nativeBinding, hasNoLocks, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#driver = this.#explained(() =>
      openDriver(file, {
        busyTimeoutMs,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
        ...(hasNoLocks ? { hasNoLocks } : {}),
      }),
    );
  }

  /** Runs a statement that changes rows and returns how many. It outlives a power cut, and with it all that was written before. */
  run(sql: string, parameters: Parameters = {}): number {
    this.#waitForDisk('FULL');
    return this.#patiently(() => this.#statement(sql).run(parameters));
  }

  /** As `run`, for what is found out again if a power cut takes it back: does not wait for the disk. */
  runLightly(sql: string, parameters: Parameters = {}): number {
    this.#waitForDisk('NORMAL');
    return this.#patiently(() => this.#statement(sql).run(parameters));
  }

  get(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#explained(() => this.#statement(sql).get(parameters));
  }

  all(sql: string, parameters: Parameters = {}): Row[] {
    return this.#explained(() => this.#statement(sql).all(parameters));
  }

  /** Runs several statements that return nothing. */
  execute(sql: string): void {
    this.#explained(() => this.#driver.execute(sql));
  }

  /** The first value that the pragma answers with. */
  pragma(text: string): unknown {
    // Never a kept statement: SQLite acts on many pragmas when it prepares them.
    const row = this.#explained(() => this.#driver.prepare(`PRAGMA ${text}`).get({}));
    return row && Object.values(row)[0];
  }

  /** All of `work` or nothing of it. Takes the write lock at once, so that nothing changes between its reads and its writes. */
  transaction<T>(work: () => T): T {
    this.#waitForDisk('FULL');
    return this.#transact(work);
  }

  /** As `transaction`, for what may be taken back by a power cut: the log is written in order, so the next `run` keeps it, too. */
  transactionLightly<T>(work: () => T): T {
    this.#waitForDisk('NORMAL');
    return this.#transact(work);
  }

  #transact<T>(work: () => T): T {
    return this.#patiently(() => {
      const name = `level${this.#depth}`;
      const isOuter = this.#depth === 0;
      this.#driver.execute(isOuter ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
      this.#depth++;
      try {
        const result = work();
        this.#driver.execute(isOuter ? 'COMMIT' : `RELEASE ${name}`);
        return result;
      } catch (error) {
        this.#undo(isOuter ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        this.#depth--;
      }
    });
  }

  [Symbol.dispose](): void {
    this.#driver.close();
    this.#onClose?.();
  }

  /** Within a transaction its end decides. Set only when it changes: asking SQLite costs as much as a write. */
  #waitForDisk(synchronous: 'FULL' | 'NORMAL'): void {
    if (this.#depth > 0 || this.#synchronous === synchronous) return;
    this.pragma(`synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  /** SQLite may have rolled back by itself (a full disk): what failed before is the error that counts. */
  #undo(sql: string): void {
    try {
      this.#driver.execute(sql);
    } catch {
      // Nothing is left to undo.
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#driver.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A write: waits for others, but only once for one that does not let go. */
  #patiently<T>(work: () => T): T {
    try {
      const result = this.#explained(work);
      this.#noteHeld(false);
      return result;
    } catch (error) {
      if (error instanceof CroniumError && error.code === 'store/locked') this.#noteHeld(true);
      throw error;
    }
  }

  #noteHeld(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    const patience = isHeld ? Math.min(BUSY_AGAIN_TIMEOUT_MS, this.#busyTimeoutMs) : this.#busyTimeoutMs;
    this.pragma(`busy_timeout = ${patience}`);
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseProblem(this.file, error);
    }
  }
}
