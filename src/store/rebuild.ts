import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../domain/id.ts';
import type { JobPhase } from '../domain/job.ts';
import type { JobPlan } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import type { Connection } from './connection.ts';
import { readFirstRecord } from './first-record.ts';
import type { KeptRun, RunFiles } from './run-files.ts';
import { listSegments } from './segments.ts';

export interface RebuildDeps {
  readonly connection: Connection;
  readonly files: RunFiles;
  readonly logsDir: string;
  readonly payloadsDir: string;
}

/** A job of which only its log, or its server, tells. */
export interface TracedJob {
  readonly job: string;
  readonly run: string;
  readonly event: string;
  readonly server: Server;
  readonly payloadSha256: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A hash of which nothing is known. */
const UNKNOWN_SHA256 = '0'.repeat(64);

/** Writes down the runs that have a file and no row: the database was lost, or a part of what was written last. Says how many. */
export function restoreRuns(deps: RebuildDeps): number {
  const ids = deps.files.ids();
  const missing = deps.connection
    .all('SELECT value FROM json_each(@ids) WHERE value NOT IN (SELECT id FROM runs)', { ids: JSON.stringify(ids) })
    .map(({ value }) => String(value));
  const runs = missing.flatMap((id) => deps.files.read(id) ?? []).sort((a, b) => a.startedAt - b.startedAt);
  return runs.filter((run) => insert(run, deps)).length;
}

/** Writes down the runs of which only logs are left, as these tell of them. Says how many. */
export function restoreFromLogs(deps: RebuildDeps): number {
  const jobs = readdirSync(deps.logsDir).filter(isId);
  const missing = deps.connection
    .all('SELECT value FROM json_each(@ids) WHERE value NOT IN (SELECT id FROM jobs)', { ids: JSON.stringify(jobs) })
    .map(({ value }) => String(value));
  return restoreTraced(
    missing.flatMap((job) => readTrace(join(deps.logsDir, job), job) ?? []),
    deps,
  );
}

/** Writes down the runs of these jobs, but for jobs that are known. Says of how many runs there were some. */
export function restoreTraced(jobs: readonly TracedJob[], deps: RebuildDeps): number {
  const runs = Map.groupBy(jobs, ({ run }) => run);
  return [...runs].filter(([id, [first, ...others]]) => first && insert(runOf(id, [first, ...others]), deps)).length;
}

function runOf(id: string, jobs: readonly [TracedJob, ...TracedJob[]]): KeptRun {
  const [first] = jobs;
  return {
    id,
    eventId: first.event,
    eventName: first.event,
    trigger: 'person',
    payloadSha256: first.payloadSha256,
    payloadSize: 0,
    scriptSha256: UNKNOWN_SHA256,
    startedAt: Math.min(...jobs.map(({ startedAt }) => startedAt)),
    jobs: jobs.map(({ job, server }) => ({ id: job, server })),
    ends: new Map(),
  };
}

/** All that is missing of the run, or nothing of it; false when nothing is. */
function insert(run: KeptRun, deps: RebuildDeps): boolean {
  const { connection } = deps;
  return connection.transaction(() => {
    const known = connection.get('SELECT spec FROM runs WHERE id = @id', { id: run.id });
    // What was planned here is known as a whole; what logs and servers tell comes in pieces.
    if (known && known.spec !== null) return false;
    if (!known) insertRun(run, deps);
    const jobs = run.jobs.filter(({ id }) => connection.get('SELECT 1 FROM jobs WHERE id = @id', { id }) === undefined);
    for (const job of jobs) insertJob(job, run, deps);
    return !known || jobs.length > 0;
  });
}

function insertRun(run: KeptRun, { connection, payloadsDir }: RebuildDeps): void {
  const { id, eventId, eventName, script, trigger, git, replayOf, spec, startedAt } = run;
  const size = statSync(join(payloadsDir, `${run.payloadSha256}.tar.gz`), { throwIfNoEntry: false })?.size;
  connection.run(
    'INSERT INTO payloads (sha256, size, event, at) VALUES (@sha256, @size, @event, @at) ON CONFLICT DO NOTHING',
    { sha256: run.payloadSha256, size: size ?? run.payloadSize, event: eventId, at: startedAt },
  );
  connection.run(
    `INSERT INTO runs (id, event_id, event_name, payload_sha256, script_sha256, started_at,
       script_root, script_path, begun_by, git, replay_of, spec)
     VALUES (@id, @eventId, @eventName, @payloadSha256, @scriptSha256, @startedAt,
       @root, @path, @trigger, @git, @replayOf, @spec)`,
    {
      ...{ id, eventId, eventName, startedAt, trigger },
      payloadSha256: run.payloadSha256,
      scriptSha256: run.scriptSha256,
      root: script?.root ?? null,
      path: script?.path ?? null,
      git: git ? JSON.stringify(git) : null,
      replayOf: replayOf ?? null,
      spec: spec ? JSON.stringify(spec) : null,
    },
  );
}

function insertJob({ id: job, server, own }: JobPlan, run: KeptRun, { connection, logsDir }: RebuildDeps): void {
  const end = run.ends.get(job);
  // One without a log may have been started or not: its server knows. One with a log ran there.
  const phase: JobPhase = listSegments(join(logsDir, job)).length > 0 ? 'detached' : 'starting';
  connection.run(
    `INSERT INTO jobs (id, run_id, position, server, phase, phase_at, started_at, ended_at, outcome, own)
     VALUES (@job, @run, (SELECT count(*) FROM jobs WHERE run_id = @run), @server, @phase, @at, @since, @endedAt, @outcome, @own)`,
    {
      ...{ job, phase, run: run.id, at: run.startedAt },
      server: JSON.stringify(server),
      since: phase === 'detached' ? run.startedAt : null,
      endedAt: end?.at ?? null,
      outcome: end ? JSON.stringify(end.outcome) : null,
      own: own ? JSON.stringify(own) : null,
    },
  );
}

/** What the first record of a log says of its job; undefined when there is none, or it is not whole. */
function readTrace(dir: string, job: string): TracedJob | undefined {
  const record = readFirstRecord(dir);
  if (record?.type !== 'START') return undefined;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(Buffer.from(record.body).toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { run, event, server, payload } = said;
  if (typeof run !== 'string' || !isId(run) || typeof event !== 'string' || typeof server !== 'string')
    return undefined;
  return {
    ...{ job, run, event },
    server: serverNamed(server),
    payloadSha256: typeof payload === 'string' && /^[0-9a-f]{64}$/.test(payload) ? payload : UNKNOWN_SHA256,
    startedAt: Math.floor(record.time / 1000),
  };
}

/** A server of which only the name is left; most are called by their alias. */
export function serverNamed(name: string): Server {
  return { name, kind: name === 'local' ? 'local' : 'ssh', address: name, tags: [] };
}
