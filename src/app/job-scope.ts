import type { JobPlan, RunPlan, RunRecord } from '../domain/run.ts';
import type { JobScope } from '../domain/shared-variable.ts';
import type { Store } from '../store/store.ts';

type Run = Pick<RunPlan, 'id' | 'eventId'> & Pick<RunRecord, 'script'>;

/** A job of a run as variables know it. */
export function jobScope({ id, eventId, script }: Run, job: Pick<JobPlan, 'id' | 'server'>): JobScope {
  return {
    ...{ job: job.id, run: id, server: job.server.name, event: eventId },
    ...(script ? { workspace: script.root } : {}),
  };
}

/** The same of a job in the store; undefined when its run was removed. */
export function findJobScope(store: Store, id: string): JobScope | undefined {
  const job = store.jobs.find(id);
  const run = store.runs.ofJob(id);
  return job && run && jobScope(run, job);
}
