import Database from 'better-sqlite3';
import { databaseProblem } from './database-problem.ts';
import type { Row } from './row.ts';

/** Named parameters of a statement. */
export type Parameters = Readonly<Record<string, string | number | null>>;

/** How long a write waits for another window or the command line to finish its own. */
const BUSY_TIMEOUT_MS = 5_000;

/** One open database: statements are prepared once, and what SQLite has to say comes out as a sentence for a person. */
export class Connection implements Disposable {
  readonly file: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(file: string, options: { readonly nativeBinding?: string; readonly busyTimeoutMs?: number } = {}) {
    this.file = file;
    const { nativeBinding, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    this.#database = this.#explained(
      () => new Database(file, { timeout: busyTimeoutMs, ...(nativeBinding === undefined ? {} : { nativeBinding }) }),
    );
  }

  /** Runs a statement that changes rows and returns how many. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#explained(() => this.#statement(sql).run(parameters).changes);
  }

  /** As `run`, for what is found out again if a power cut takes it back: does not wait for the disk. */
  runLightly(sql: string, parameters: Parameters = {}): number {
    // Within a transaction its end decides.
    if (this.#database.inTransaction) return this.run(sql, parameters);
    this.pragma('synchronous = NORMAL');
    try {
      return this.run(sql, parameters);
    } finally {
      this.pragma('synchronous = FULL');
    }
  }

  get(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#explained(() => this.#statement(sql).get(parameters) as Row | undefined);
  }

  all(sql: string, parameters: Parameters = {}): Row[] {
    return this.#explained(() => this.#statement(sql).all(parameters) as Row[]);
  }

  /** Runs several statements that return nothing. */
  execute(sql: string): void {
    this.#explained(() => this.#database.exec(sql));
  }

  pragma(text: string): unknown {
    return this.#explained(() => this.#database.pragma(text, { simple: true }));
  }

  /** All of `work` or nothing of it. Takes the write lock at once, so that nothing changes between its reads and its writes. */
  transaction<T>(work: () => T): T {
    return this.#explained(() => this.#database.transaction(work).immediate());
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #explained<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseProblem(this.file, error);
    }
  }
}
