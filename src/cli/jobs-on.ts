import { CroniumError } from '../domain/errors.ts';
import { shortId } from '../domain/id.ts';
import type { JobRecord, RunRecord } from '../domain/run.ts';

/** The jobs of a run, or the one on this server. Throws `CroniumError` `usage` when there is none. */
export function jobsOn(run: RunRecord, server: string | undefined, doing: string): readonly JobRecord[] {
  if (server === undefined) return run.jobs;
  const jobs = run.jobs.filter((job) => job.server.name === server);
  if (jobs.length > 0) return jobs;
  const names = run.jobs.map((job) => job.server.name).join(', ');
  throw new CroniumError('usage', `Cannot ${doing} "${server}": run ${shortId(run.id)} was on ${names}`);
}
