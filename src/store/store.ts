import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isId } from '../domain/id.ts';
import { Applied } from './applied.ts';
import { Deployments } from './deployments.ts';
import { errorCode } from './error-code.ts';
import { Jobs } from './jobs.ts';
import { Logins } from './logins.ts';
import { explained, type OpenedDatabase, openDatabase } from './open-database.ts';
import { Outputs } from './outputs.ts';
import { Payloads } from './payloads.ts';
import { type RebuildDeps, restoreFromLogs, restoreRuns, restoreTraced, type TracedJob } from './rebuild.ts';
import { RunFiles } from './run-files.ts';
import { Runs } from './runs.ts';
import { Servers } from './servers.ts';
import { Variables } from './variables.ts';

/**
 * What is known on this machine; shared by every window and the command line. What a call has written when it returns outlives the
 * process, and the power, too, unless the servers or the mirrors tell it again.
 */
export interface Store extends Disposable {
  readonly dir: string;
  /** Where packed payloads are kept. */
  readonly payloadsDir: string;
  readonly runs: Runs;
  readonly jobs: Jobs;
  readonly payloads: Payloads;
  readonly deployments: Deployments;
  readonly servers: Servers;
  readonly logins: Logins;
  readonly variables: Variables;
  readonly outputs: Outputs;
  readonly applied: Applied;
  readonly runFiles: RunFiles;
  /** What a person should know of how it was opened: sentences. */
  readonly notices: readonly string[];
  /** Writes down the runs of these jobs, but for those that are known; says how many. */
  takeUp(jobs: readonly TracedJob[]): number;
  /** The folder of a job's mirror, whether it exists or not. */
  logDir(job: string): string;
  /** Makes one write of all that `work` writes, or none: a thousand claims cost as much as one. */
  transaction<T>(work: () => T): T;
  /** As `transaction`, but a power cut may take it back, until the next thing that waits for the disk. */
  transactionLightly<T>(work: () => T): T;
  /** A number that changes when another process has written. */
  dataVersion(): number;
}

export interface StoreOptions {
  /** better-sqlite3's native binding; absent: found beside the npm package. */
  readonly nativeBinding?: string;
  /** How long a write waits for other processes; absent: 5 s. */
  readonly busyTimeoutMs?: number;
}

/** Opens the store in `dir` and makes what is missing. Nothing that is there and cannot be used is ever deleted. */
export function openStore(dir: string, options: StoreOptions = {}): Store {
  const file = join(dir, 'cronium.db');
  const payloadsDir = join(dir, 'payloads');
  const logsDir = join(dir, 'logs');
  const runsDir = join(dir, 'runs');
  explained(file, () => {
    for (const folder of [dir, payloadsDir, logsDir, runsDir]) makeFolder(folder);
  });
  const files = new RunFiles(runsDir);
  const { connection, ...opened } = openDatabase(file, options);
  const deps: RebuildDeps = { connection, files, logsDir, payloadsDir };
  return {
    dir,
    payloadsDir,
    notices: restore(deps, opened),
    takeUp: (jobs) => restoreTraced(jobs, deps),
    runFiles: files,
    runs: new Runs(connection, files),
    jobs: new Jobs(connection),
    payloads: new Payloads(connection),
    deployments: new Deployments(connection),
    servers: new Servers(connection),
    logins: new Logins(connection),
    variables: new Variables(connection),
    outputs: new Outputs(connection),
    applied: new Applied(connection),
    logDir: (job) => join(logsDir, checkedId(job)),
    transaction: (work) => connection.transaction(work),
    transactionLightly: (work) => connection.transactionLightly(work),
    dataVersion: () => Number(connection.pragma('data_version')),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

/** As `mkdirSync` with `recursive`, which never returns where a parent exists but takes no folder (`/proc`). */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder || existsSync(dirname(folder))) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** Brings back what is whole beside a database that lacks it; what was done, in sentences. */
function restore(deps: RebuildDeps, { isNew, aside, notice }: Omit<OpenedDatabase, 'connection'>): string[] {
  const notices = notice === undefined ? [] : [notice];
  const count = restoreRuns(deps) + (isNew ? restoreFromLogs(deps) : 0);
  const runs = count === 1 ? '1 run' : `${count === 0 ? 'no' : count} runs`;
  const way = 'what servers still have beside that is found by: cronium resume --on <servers>';
  if (aside !== undefined) {
    return [
      ...notices,
      `The database was damaged: it was moved to "${aside}", and ${runs} rebuilt from the files beside it; ${way}`,
    ];
  }
  if (count === 0) return notices;
  return [
    ...notices,
    `The database in "${deps.connection.file}" lacked ${runs}: rebuilt from the files beside it; ${way}`,
  ];
}

/** Job ids come from servers, too; none may name a path. */
function checkedId(job: string): string {
  if (!isId(job)) throw new Error(`Not the id of a job: ${JSON.stringify(job)}`);
  return job;
}
