import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { Connection } from './connection.ts';
import { jobRecord } from './jobs.ts';
import { integer, type Row, text } from './row.ts';

/** What the store keeps of a plan. The rest is left out on purpose: `spec` holds secrets. */
export type PlannedRun = Pick<RunPlan, 'id' | 'eventId' | 'eventName' | 'payload' | 'jobs'>;

/** More candidates than anybody reads, for a beginning of an id that is too short. */
const MAX_CANDIDATES = 20;

/** The runs, each with its jobs in the order of the plan. */
export class Runs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Writes the run down with all its jobs `queued`, before anything happens anywhere. */
  insert(plan: PlannedRun, at: number): void {
    const { id, eventId, eventName, payload } = plan;
    this.#connection.transaction(() => {
      this.#connection.run(
        'INSERT INTO payloads (sha256, size, event, at) VALUES (@sha256, @size, @event, @at) ON CONFLICT DO NOTHING',
        { sha256: payload.sha256, size: payload.size, event: eventId, at },
      );
      this.#connection.run(
        `INSERT INTO runs (id, event_id, event_name, payload_sha256, script_sha256, started_at)
         VALUES (@id, @eventId, @eventName, @payloadSha256, @scriptSha256, @at)`,
        { id, eventId, eventName, payloadSha256: payload.sha256, scriptSha256: payload.scriptSha256, at },
      );
      for (const [position, job] of plan.jobs.entries()) {
        this.#connection.run(
          `INSERT INTO jobs (id, run_id, position, server, phase, phase_at)
           VALUES (@job, @run, @position, @server, 'queued', @at)`,
          { job: job.id, run: id, position, server: JSON.stringify(job.server), at },
        );
      }
    });
  }

  /** The newest runs, newest first. */
  newest(limit: number): RunRecord[] {
    return this.#withJobs(
      this.#connection.all('SELECT * FROM runs ORDER BY started_at DESC, number DESC LIMIT @limit', { limit }),
    );
  }

  /** The runs whose id begins with `beginning`, newest first, at most 20; more than one when it is too short. */
  find(beginning: string): RunRecord[] {
    if (!/^[0-9a-f]{1,32}$/.test(beginning)) return [];
    return this.#withJobs(
      this.#connection.all(
        // `g` is greater than every hex digit; a range uses the index, which LIKE would not.
        `SELECT * FROM runs WHERE id >= @beginning AND id < @beginning || 'g'
         ORDER BY started_at DESC, number DESC LIMIT @limit`,
        { beginning, limit: MAX_CANDIDATES },
      ),
    );
  }

  #withJobs(rows: readonly Row[]): RunRecord[] {
    const jobs = new Map<string, JobRecord[]>(rows.map((row) => [text(row, 'id'), []]));
    const found = this.#connection.all(
      'SELECT * FROM jobs WHERE run_id IN (SELECT value FROM json_each(@ids)) ORDER BY run_id, position',
      { ids: JSON.stringify([...jobs.keys()]) },
    );
    for (const job of found.map(jobRecord)) jobs.get(job.runId)?.push(job);
    return rows.map((row) => runRecord(row, jobs.get(text(row, 'id')) ?? []));
  }
}

function runRecord(row: Row, jobs: readonly JobRecord[]): RunRecord {
  return {
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    eventName: text(row, 'event_name'),
    payloadSha256: text(row, 'payload_sha256'),
    scriptSha256: text(row, 'script_sha256'),
    startedAt: integer(row, 'started_at'),
    jobs,
  };
}
