import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobRecord } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import type { Connection } from './connection.ts';
import { isKnownAlive, isKnownDead, type Owner } from './owner.ts';
import { integer, kinded, optionalInteger, type Row, text } from './row.ts';

/** A living owner that does not renew its lease has been stopped (Ctrl-Z, a sleeping laptop); it keeps the job this much longer. */
const STOPPED_MS = 300_000;

/** What the record of a job is made of. */
export const JOB_COLUMNS = [
  'id',
  'run_id',
  'server',
  'phase',
  'phase_at',
  'started_at',
  'ended_at',
  'outcome',
  'cancel_requested',
]
  .map((column) => `jobs.${column}`)
  .join(', ');

/** The jobs of all runs: where each stands, how it ended, and who looks after it. Times are milliseconds since 1970. */
export class Jobs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Does nothing to a job that has its outcome. The first `running` is the job's start. */
  setPhase(job: string, phase: JobPhase, at: number): void {
    const sql = `UPDATE jobs SET phase = @phase, phase_at = @at,
        started_at = CASE WHEN @phase = 'running' THEN coalesce(started_at, @at) ELSE started_at END
      WHERE id = @job AND outcome IS NULL`;
    // The one intent: what is before it has touched nothing, and what is after it the server and the mirror tell again.
    const changed =
      phase === 'starting'
        ? this.#connection.run(sql, { job, phase, at })
        : this.#connection.runLightly(sql, { job, phase, at });
    if (changed === 0) this.#mustExist(job);
  }

  /** The job's one end; says whether this was it, or the job had one before, which stands. */
  settle(job: string, outcome: JobOutcome, at: number): boolean {
    // The mirror and the server tell it again.
    const changed = this.#connection.runLightly(
      `UPDATE jobs SET outcome = @outcome, ended_at = @at, cancel_requested = 0,
         owner = NULL, owner_place = NULL, owner_pid = NULL, owner_start = NULL, lease_until = NULL
       WHERE id = @job AND outcome IS NULL`,
      { job, outcome: JSON.stringify(outcome), at },
    );
    if (changed === 0) this.#mustExist(job);
    return changed === 1;
  }

  /** The id of the job's run; undefined when that was removed. */
  runOf(job: string): string | undefined {
    const row = this.#connection.get('SELECT run_id FROM jobs WHERE id = @job', { job });
    return row && text(row, 'run_id');
  }

  /** Notes that the user wants those of the jobs cancelled that are unfinished, whoever looks after them. */
  requestCancel(jobs: readonly string[]): void {
    this.#connection.run(
      `UPDATE jobs SET cancel_requested = 1
       WHERE id IN (SELECT value FROM json_each(@jobs)) AND outcome IS NULL AND cancel_requested = 0`,
      { jobs: JSON.stringify(jobs) },
    );
  }

  /** The unfinished jobs for which a cancel was asked. */
  cancelRequested(): string[] {
    return this.#connection
      .all('SELECT id FROM jobs WHERE outcome IS NULL AND cancel_requested = 1')
      .map((row) => text(row, 'id'));
  }

  /** The job as it is now; undefined when its run was removed. */
  find(job: string): JobRecord | undefined {
    const row = this.#connection.get(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = @job`, { job });
    return row && jobRecord(row);
  }

  /** Every job without an outcome, oldest run first. */
  unfinished(): JobRecord[] {
    return this.#connection
      .all(
        `SELECT ${JOB_COLUMNS} FROM jobs JOIN runs ON runs.id = jobs.run_id
         WHERE outcome IS NULL ORDER BY runs.started_at, runs.number, position`,
      )
      .map(jobRecord);
  }

  /** The unfinished jobs of earlier runs of the same event that are on a server of this run, the earliest run first. */
  inTheWayOf(runId: string): JobRecord[] {
    return this.#connection
      .all(
        // Few jobs are open and many have ended: CROSS JOIN makes SQLite begin with the open ones.
        `SELECT ${JOB_COLUMNS} FROM jobs CROSS JOIN runs AS own CROSS JOIN runs ON runs.id = jobs.run_id
         WHERE jobs.outcome IS NULL AND own.id = @runId AND runs.number < own.number
           AND runs.event_id = own.event_id
           AND runs.script_root = own.script_root AND runs.script_path = own.script_path
           AND json_extract(jobs.server, '$.name') IN
             (SELECT json_extract(server, '$.name') FROM jobs WHERE run_id = @runId)
         ORDER BY runs.number, jobs.position`,
        { runId },
      )
      .map(jobRecord);
  }

  /**
   * Makes `owner` the one who looks after the job, if nobody does: no owner, an expired lease, or an owner whose process is known
   * to be dead. Of several who try at once, one succeeds. False for a job with an outcome.
   */
  claim(job: string, owner: Owner, { now, leaseMs }: { readonly now: number; readonly leaseMs: number }): boolean {
    const seen = this.#connection.get('SELECT * FROM jobs WHERE id = @job AND outcome IS NULL', { job });
    if (seen === undefined || !isFree(seen, owner, { now, leaseMs })) return false;
    const changed = this.#connection.runLightly(
      `UPDATE jobs SET owner = @owner, owner_place = @place, owner_pid = @pid, owner_start = @start, lease_until = @until
       WHERE id = @job AND outcome IS NULL AND owner IS @seenOwner AND lease_until IS @seenUntil`,
      {
        job,
        owner: owner.id,
        place: owner.place,
        pid: owner.pid,
        start: owner.startTicks ?? null,
        until: now + leaseMs,
        seenOwner: seen.owner === null ? null : text(seen, 'owner'),
        seenUntil: optionalInteger(seen, 'lease_until') ?? null,
      },
    );
    return changed === 1;
  }

  /** `claim` for jobs that nobody has looked after yet, in one step; false, and nothing is done, unless that is so of all. */
  claimNew(
    jobs: readonly string[],
    owner: Owner,
    { now, leaseMs }: { readonly now: number; readonly leaseMs: number },
  ): boolean {
    const isFree = `id IN (SELECT value FROM json_each(@jobs)) AND outcome IS NULL AND owner IS NULL`;
    const ids = JSON.stringify(jobs);
    const free = this.#connection.get(`SELECT count(*) AS free FROM jobs WHERE ${isFree}`, { jobs: ids });
    if (free === undefined || integer(free, 'free') !== jobs.length) return false;
    this.#connection.runLightly(
      `UPDATE jobs SET owner = @owner, owner_place = @place, owner_pid = @pid, owner_start = @start, lease_until = @until
       WHERE ${isFree}`,
      {
        ...{ jobs: ids, owner: owner.id, place: owner.place, pid: owner.pid, start: owner.startTicks ?? null },
        until: now + leaseMs,
      },
    );
    return true;
  }

  /** Extends the leases of those of the jobs that are still the owner's and have no outcome; how many that are. */
  renew(
    jobs: readonly string[],
    owner: Owner,
    { now, leaseMs }: { readonly now: number; readonly leaseMs: number },
  ): number {
    return this.#connection.runLightly(
      `UPDATE jobs SET lease_until = @until
       WHERE id IN (SELECT value FROM json_each(@jobs)) AND owner = @owner AND outcome IS NULL`,
      { jobs: JSON.stringify(jobs), owner: owner.id, until: now + leaseMs },
    );
  }

  /** Gives up those of the jobs that are still the owner's. */
  release(jobs: readonly string[], owner: Owner): void {
    this.#connection.runLightly(
      `UPDATE jobs SET owner = NULL, owner_place = NULL, owner_pid = NULL, owner_start = NULL, lease_until = NULL
       WHERE id IN (SELECT value FROM json_each(@jobs)) AND owner = @owner`,
      { jobs: JSON.stringify(jobs), owner: owner.id },
    );
  }

  #mustExist(job: string): void {
    const row = this.#connection.get('SELECT id FROM jobs WHERE id = @job', { job });
    if (row === undefined) throw new Error(`No job ${job} in the store`);
  }
}

/** The record of a row with `JOB_COLUMNS`. */
export function jobRecord(row: Row): JobRecord {
  const startedAt = optionalInteger(row, 'started_at');
  const endedAt = optionalInteger(row, 'ended_at');
  return {
    id: text(row, 'id'),
    runId: text(row, 'run_id'),
    server: kinded(row, 'server') as Server,
    phase: text(row, 'phase') as JobPhase,
    phaseAt: integer(row, 'phase_at'),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(row.outcome === null ? {} : { outcome: kinded(row, 'outcome') as JobOutcome }),
    cancelRequested: integer(row, 'cancel_requested') === 1,
  };
}

function isFree(row: Row, owner: Owner, { now, leaseMs }: { readonly now: number; readonly leaseMs: number }): boolean {
  if (row.owner === null || row.owner === owner.id) return true;
  const until = optionalInteger(row, 'lease_until') ?? 0;
  if (until + STOPPED_MS <= now) return true;
  const startTicks = optionalInteger(row, 'owner_start');
  const holder = {
    place: text(row, 'owner_place'),
    pid: integer(row, 'owner_pid'),
    ...(startTicks === undefined ? {} : { startTicks }),
  };
  // No lease is longer: the clock was set back since, by a day perhaps.
  const hasRunOut = until <= now || until > now + leaseMs;
  return isKnownDead(holder) || (hasRunOut && !isKnownAlive(holder));
}
