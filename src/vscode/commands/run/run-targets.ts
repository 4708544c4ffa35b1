import { type RunRecord, runStatus } from '../../../domain/run.ts';
import type { Row } from '../../views/row.ts';

/** A run that a command is for, or some of its servers. */
export interface RunTarget {
  readonly run: string;
  /** Absent: all. */
  readonly servers?: readonly string[];
}

/** The runs that rows stand for; servers of one run come together, and a run's own row stands for all of them. */
export function runTargets(rows: readonly Row[]): readonly RunTarget[] {
  const found = new Map<string, readonly string[] | undefined>();
  for (const { target } of rows) {
    if (target?.kind === 'run') found.set(target.run, undefined);
    else if (target?.kind === 'job' && !(found.has(target.run) && found.get(target.run) === undefined)) {
      found.set(target.run, [...(found.get(target.run) ?? []), target.server]);
    }
  }
  return [...found].map(([run, servers]) => (servers ? { run, servers } : { run }));
}

/** The servers on which a run did not succeed; those that are not over do not count. */
export function failedServers({ jobs }: Pick<RunRecord, 'jobs'>): string[] {
  return jobs.flatMap(({ server, outcome }) => (outcome && outcome.kind !== 'succeeded' ? [server.name] : []));
}

/** The newest run that is this workspace's: started in this window, or of a script below one of its folders. */
export function latestOf(
  runs: readonly RunRecord[],
  options: { readonly started: string | undefined; readonly roots: readonly string[] },
): RunRecord | undefined {
  return (
    runs.find(({ id }) => id === options.started) ??
    runs.find(({ script }) => script !== undefined && options.roots.includes(script.root))
  );
}

/** Says whether a run goes on, as far as is known here. */
export function isActive({ jobs }: Pick<RunRecord, 'jobs'>): boolean {
  return runStatus(jobs.map(({ outcome }) => outcome)) === 'running';
}
