import type { Json } from '../domain/event.ts';
import type { Connection } from './connection.ts';
import { text } from './row.ts';

/** What the scripts of runs have put out. */
export class Outputs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Waits for the disk as the transaction does in which it is called. */
  put(job: string, key: string, value: Json): void {
    this.#connection.run(
      'INSERT INTO outputs (job_id, key, value) VALUES (@job, @key, @value) ON CONFLICT DO UPDATE SET value = @value',
      { job, key, value: JSON.stringify(value) },
    );
  }

  /** By key. */
  ofJob(job: string): Readonly<Record<string, Json>> {
    const rows = this.#connection.all('SELECT key, value FROM outputs WHERE job_id = @job ORDER BY key', { job });
    // Never an assignment: a script may call an output `__proto__`.
    return Object.fromEntries(rows.map((row) => [text(row, 'key'), JSON.parse(text(row, 'value')) as Json]));
  }

  /** Of each server that has put something out, in the order of the run's plan. */
  ofRun(run: string): Readonly<Record<string, Readonly<Record<string, Json>>>> {
    const jobs = this.#connection.all(
      `SELECT id, json_extract(server, '$.name') AS server FROM jobs
       WHERE run_id = @run AND EXISTS (SELECT 1 FROM outputs WHERE job_id = jobs.id) ORDER BY position`,
      { run },
    );
    return Object.fromEntries(jobs.map((row) => [text(row, 'server'), this.ofJob(text(row, 'id'))]));
  }
}
