import pLimit from 'p-limit';
import { BoundedQueue } from '../base/bounded-queue.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import { type JobPlan, type RunPlan, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { runJob } from './job.ts';
import type { JobDeps, JobEnd, JobSignals } from './job-context.ts';

/** Events that may wait for a slow reader; then the jobs' logs wait on the servers, which keep them. */
const WAITING_EVENTS = 64;

/** Runs all jobs of a plan, as many at once as it says, and tells what happens as it happens. Ends with `finished`. */
export async function* executeRun(plan: RunPlan, deps: JobDeps, signals: JobSignals): AsyncGenerator<RunEvent> {
  yield {
    type: 'planned',
    run: plan.id,
    event: plan.eventName,
    servers: plan.jobs.map(({ server }) => server.name),
  };
  for (const message of plan.payload.notes) yield { type: 'note', message };
  const queue = new BoundedQueue<RunEvent>(WAITING_EVENTS);
  const emit = (event: RunEvent): Promise<void> => queue.put(event);
  const limit = pLimit(plan.parallel);
  const outcomes = Promise.all(
    plan.jobs.map((job) => limit(async () => settle(job, await start(job, plan, deps, signals, emit), deps, emit))),
  ).finally(() => queue.close());
  // The events carry on while the jobs do; a bug in a job surfaces in the await below.
  outcomes.catch(() => {});
  yield* queue;
  yield { type: 'finished', run: plan.id, status: runStatus(await outcomes) };
}

/** Follows jobs that were started before, by this process or another, to their ends. */
export async function* executeFollow(
  run: string,
  jobs: readonly JobPlan[],
  options: {
    readonly deps: JobDeps;
    readonly known: readonly (JobOutcome | undefined)[];
    resume(job: JobPlan, emit: (event: RunEvent) => Promise<void>): Promise<JobEnd>;
  },
): AsyncGenerator<RunEvent> {
  const queue = new BoundedQueue<RunEvent>(WAITING_EVENTS);
  const emit = (event: RunEvent): Promise<void> => queue.put(event);
  const outcomes = Promise.all(
    jobs.map(async (job) => settle(job, await options.resume(job, emit), options.deps, emit)),
  ).finally(() => queue.close());
  outcomes.catch(() => {});
  yield* queue;
  yield { type: 'finished', run, status: runStatus([...options.known, ...(await outcomes)]) };
}

function start(
  job: JobPlan,
  plan: RunPlan,
  deps: JobDeps,
  signals: JobSignals,
  emit: (event: RunEvent) => Promise<void>,
): Promise<JobEnd> {
  // A job that still waits for its turn has touched nothing.
  if (signals.cancel.aborted || signals.leave.aborted) {
    return Promise.resolve({ kind: 'settled', outcome: { kind: 'cancelled' } });
  }
  return runJob(job, plan, deps, { signals, emit });
}

/** Writes the end of a job down, then tells it. */
async function settle(
  job: JobPlan,
  end: JobEnd,
  deps: JobDeps,
  emit: (event: RunEvent) => Promise<void>,
): Promise<JobOutcome | undefined> {
  if (end.kind === 'left') {
    await emit({ type: 'note', server: job.server.name, message: end.message });
    return undefined;
  }
  deps.journal.settled(job.id, end.outcome);
  await emit({ type: 'settled', server: job.server.name, outcome: end.outcome });
  return end.outcome;
}
