import type { Json } from '../domain/event.ts';
import type { JobPlan, RunPlan, RunRecord } from '../domain/run.ts';

type Run = Pick<RunPlan | RunRecord, 'id' | 'eventId' | 'eventName' | 'trigger' | 'git' | 'replayOf'>;

/** What `cronium.event` tells a script of its own run. `startedAt`: the run's, in milliseconds since 1970. */
export function eventDocument(run: Run, job: Pick<JobPlan, 'id' | 'server'>, startedAt: number): Json {
  const { git, replayOf } = run;
  return {
    ...{ id: run.eventId, name: run.eventName, run: run.id, job: job.id, server: job.server.name },
    startedAt: new Date(startedAt).toISOString(),
    trigger: run.trigger,
    ...(git ? { git: { ...git } } : {}),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}
