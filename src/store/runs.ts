import type { ScriptFile } from '../domain/event.ts';
import type { GitState, JobPlan, JobRecord, ReplaySpec, RunPlan, RunRecord, RunTrigger } from '../domain/run.ts';
import type { Connection } from './connection.ts';
import { JOB_COLUMNS, jobRecord } from './jobs.ts';
import type { Owner } from './owner.ts';
import { integer, object, optionalObject, optionalText, type Row, text } from './row.ts';
import type { RunFiles } from './run-files.ts';

/** More candidates than anybody reads, for a beginning of an id that is too short. */
const MAX_CANDIDATES = 20;

/** Tables with rows of a job that go with it. */
const OF_JOBS = ['outputs', 'applied_values', 'helper_answers'] as const;

/** What is kept of a run so that it can be repeated. */
export interface KeptPlan {
  readonly spec: ReplaySpec;
  /** Bytes of the archive. */
  readonly payloadSize: number;
  /** By the job's id; only of jobs that have some. */
  readonly own: ReadonlyMap<string, NonNullable<JobPlan['own']>>;
}

/** The runs, each with its jobs in the order of the plan. */
export class Runs {
  readonly #connection: Connection;
  readonly #files: RunFiles;
  /** The newest runs that are over: nothing changes them any more, and a list of large ones takes long to read. */
  #over: ReadonlyMap<string, RunRecord> = new Map();

  constructor(connection: Connection, files: RunFiles) {
    this.#connection = connection;
    this.#files = files;
  }

  /**
   * Writes the run down with all its jobs `queued`, before anything happens anywhere; with a lease, they are its owner's. Of secrets
   * only the names are kept.
   */
  insert(plan: RunPlan, at: number, lease?: { readonly owner: Owner; readonly until: number }): void {
    const { id, eventId, eventName, payload, script, trigger, git, replayOf } = plan;
    const spec = replaySpec(plan);
    this.#connection.transaction(() => {
      this.#connection.run(
        'INSERT INTO payloads (sha256, size, event, at) VALUES (@sha256, @size, @event, @at) ON CONFLICT DO NOTHING',
        { sha256: payload.sha256, size: payload.size, event: eventId, at },
      );
      this.#connection.run(
        `INSERT INTO runs (id, event_id, event_name, payload_sha256, script_sha256, started_at,
           script_root, script_path, begun_by, git, replay_of, spec)
         VALUES (@id, @eventId, @eventName, @payloadSha256, @scriptSha256, @at,
           @root, @path, @trigger, @git, @replayOf, @spec)`,
        {
          ...{ id, eventId, eventName, at, trigger, root: script.root, path: script.path },
          payloadSha256: payload.sha256,
          scriptSha256: payload.scriptSha256,
          git: git ? JSON.stringify(git) : null,
          replayOf: replayOf ?? null,
          spec: JSON.stringify(spec),
        },
      );
      // In one statement: there may be a thousand.
      this.#connection.run(
        `INSERT INTO jobs (id, run_id, position, server, phase, phase_at, own,
           owner, owner_place, owner_pid, owner_start, lease_until)
         SELECT value ->> 0, @run, key, value ->> 1, 'queued', @at, value ->> 2,
           @owner, @place, @pid, @start, @until FROM json_each(@jobs)`,
        {
          ...{ run: id, at, until: lease?.until ?? null, owner: lease?.owner.id ?? null },
          ...{ place: lease?.owner.place ?? null, pid: lease?.owner.pid ?? null },
          start: lease?.owner.startTicks ?? null,
          jobs: JSON.stringify(
            plan.jobs.map(({ id: job, server, own }) => [
              job,
              JSON.stringify(server),
              own ? JSON.stringify(own) : null,
            ]),
          ),
        },
      );
      this.#files.write(plan, spec, at);
    });
  }

  /** The runs with jobs that have no outcome, newest first. */
  unfinished(): RunRecord[] {
    return this.#withJobs(
      this.#connection.all(
        `SELECT * FROM runs WHERE id IN (SELECT run_id FROM jobs WHERE outcome IS NULL)
         ORDER BY started_at DESC, number DESC`,
      ),
    );
  }

  /** The newest runs, newest first. */
  newest(limit: number): RunRecord[] {
    const sql = 'SELECT * FROM runs ORDER BY started_at DESC, number DESC LIMIT @limit';
    const rows = this.#connection.all(sql, { limit });
    const read = this.#withJobs(rows.filter((row) => !this.#over.has(text(row, 'id'))));
    const known = new Map([...this.#over, ...read.map((run) => [run.id, run] as const)]);
    const runs = rows.flatMap((row) => known.get(text(row, 'id')) ?? []);
    this.#over = new Map(runs.filter(isOver).map((run) => [run.id, run]));
    return runs;
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

  /** The run of a job, without its jobs; undefined when it was removed. */
  ofJob(job: string): Omit<RunRecord, 'jobs'> | undefined {
    const sql = 'SELECT runs.* FROM runs WHERE id = (SELECT run_id FROM jobs WHERE id = @job)';
    const row = this.#connection.get(sql, { job });
    if (!row) return undefined;
    const { jobs: _, ...run } = runRecord(row, []);
    return run;
  }

  /** What repeats the run; undefined for one that an older version wrote, which did not keep it. */
  keptPlan(id: string): KeptPlan | undefined {
    const row = this.#connection.get(
      `SELECT spec, size FROM runs JOIN payloads ON sha256 = payload_sha256 WHERE id = @id AND spec IS NOT NULL`,
      { id },
    );
    if (!row) return undefined;
    const jobs = this.#connection.all('SELECT id, own FROM jobs WHERE run_id = @id AND own IS NOT NULL', { id });
    return {
      spec: object(row, 'spec') as ReplaySpec,
      payloadSize: integer(row, 'size'),
      own: new Map(jobs.map((job) => [text(job, 'id'), object(job, 'own') as NonNullable<JobPlan['own']>])),
    };
  }

  /** The runs that are over and not among the newest `keep`, or began before `before`; oldest first, at most `limit`. */
  expired({ keep, before, limit }: { keep: number; before: number; limit: number }): RunRecord[] {
    return this.#withJobs(
      this.#connection.all(
        `SELECT * FROM runs WHERE (started_at < @before OR id NOT IN
             (SELECT id FROM runs ORDER BY started_at DESC, number DESC LIMIT @keep))
           AND NOT EXISTS (SELECT 1 FROM jobs WHERE run_id = runs.id AND outcome IS NULL)
         ORDER BY started_at, number LIMIT @limit`,
        { keep, before, limit },
      ),
    );
  }

  /** Forgets the runs, with their jobs; one that is not over by now stays. Says which it has forgotten. */
  remove(ids: readonly string[]): string[] {
    return this.#connection.transaction(() =>
      ids.filter((id) => {
        const isOpen = this.#connection.get('SELECT 1 FROM jobs WHERE run_id = @id AND outcome IS NULL', { id });
        if (isOpen) return false;
        // First: a file without a row is a run that was lost.
        this.#files.remove(id);
        for (const table of OF_JOBS) {
          this.#connection.run(`DELETE FROM ${table} WHERE job_id IN (SELECT id FROM jobs WHERE run_id = @id)`, { id });
        }
        this.#connection.run('DELETE FROM jobs WHERE run_id = @id', { id });
        return this.#connection.run('DELETE FROM runs WHERE id = @id', { id }) === 1;
      }),
    );
  }

  #withJobs(rows: readonly Row[]): RunRecord[] {
    const jobs = new Map<string, JobRecord[]>(rows.map((row) => [text(row, 'id'), []]));
    const found = this.#connection.all(
      `SELECT ${JOB_COLUMNS} FROM jobs WHERE run_id IN (SELECT value FROM json_each(@ids)) ORDER BY run_id, position`,
      { ids: JSON.stringify([...jobs.keys()]) },
    );
    for (const job of found.map(jobRecord)) jobs.get(job.runId)?.push(job);
    return rows.map((row) => runRecord(row, jobs.get(text(row, 'id')) ?? []));
  }
}

function isOver({ jobs }: RunRecord): boolean {
  return jobs.every(({ outcome }) => outcome !== undefined);
}

function replaySpec({ spec, overlap, parallel, maxFailures, retries }: RunPlan): ReplaySpec {
  const limit = maxFailures === undefined ? {} : { maxFailures };
  return { ...spec, secrets: Object.keys(spec.secrets), overlap, parallel, ...limit, retries };
}

function runRecord(row: Row, jobs: readonly JobRecord[]): RunRecord {
  const script = scriptOf(row);
  const git = optionalObject(row, 'git') as GitState | undefined;
  const replayOf = optionalText(row, 'replay_of');
  return {
    id: text(row, 'id'),
    eventId: text(row, 'event_id'),
    eventName: text(row, 'event_name'),
    ...(script ? { script } : {}),
    trigger: text(row, 'begun_by') as RunTrigger,
    ...(git ? { git } : {}),
    ...(replayOf === undefined ? {} : { replayOf }),
    payloadSha256: text(row, 'payload_sha256'),
    scriptSha256: text(row, 'script_sha256'),
    startedAt: integer(row, 'started_at'),
    jobs,
  };
}

function scriptOf(row: Row): ScriptFile | undefined {
  const root = optionalText(row, 'script_root');
  const path = optionalText(row, 'script_path');
  return root === undefined || path === undefined ? undefined : { root, path };
}
