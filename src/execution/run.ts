import pLimit from 'p-limit';
import { BoundedQueue } from '../base/bounded-queue.ts';
import { abortable } from '../base/wait.ts';
import { sentence } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import { type JobPlan, type RunPlan, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { broken, runJob } from './job.ts';
import type { JobDeps, JobEnd, JobSignals } from './job-context.ts';
import type { Journal } from './journal.ts';

/** Events that may wait for a slow reader; then the jobs' logs wait on the servers, which keep them. */
const WAITING_EVENTS = 64;

type Emit = (event: RunEvent) => Promise<void>;

export interface RunOptions {
  signals(job: JobPlan): JobSignals;
  /** Waits until the run may begin, saying in notes what for; `over`: it shall not begin any more. */
  turn(note: (message: string) => Promise<void>): Promise<'go' | 'over'>;
}

/** Runs all jobs of a plan, as many at once as it says, and tells what happens as it happens. Ends with `finished`. */
export async function* executeRun(plan: RunPlan, deps: JobDeps, options: RunOptions): AsyncGenerator<RunEvent> {
  yield {
    type: 'planned',
    run: plan.id,
    event: plan.eventName,
    servers: plan.jobs.map(({ server }) => server.name),
  };
  for (const message of plan.payload.notes) yield { type: 'note', message };
  const limit = pLimit(plan.parallel);
  let turn: Promise<'go' | 'over'> | undefined;
  yield* attend(plan.id, plan.jobs, deps.journal, async (job, emit) => {
    const signals = options.signals(job);
    const stop = AbortSignal.any([signals.cancel, signals.leave]);
    turn ??= options.turn((message) => emit({ type: 'note', message }));
    // Who does not wait any more does not hear why it failed.
    turn.catch(() => {});
    const end = await untilTurn(turn, stop);
    // A job that still waits for its turn has touched nothing.
    return end ?? (await limit(() => (stop.aborted ? CANCELLED : runJob(job, plan, deps, { signals, emit }))));
  });
}

/** The end of a job that does not get its turn. */
async function untilTurn(turn: Promise<'go' | 'over'>, signal: AbortSignal): Promise<JobEnd | undefined> {
  try {
    return (await abortable(turn, { signal })) === 'go' ? undefined : CANCELLED;
  } catch (error) {
    return signal.aborted ? CANCELLED : { kind: 'settled', outcome: broken(error) };
  }
}

/** Attends to jobs that were started before, by this process or another, to their ends. */
export function executeFollow(
  run: string,
  jobs: readonly JobPlan[],
  options: {
    readonly journal: Journal;
    /** Outcomes of the other jobs of the run, asked for at the end. */
    known(): readonly (JobOutcome | undefined)[];
    resume(job: JobPlan, emit: Emit): Promise<JobEnd>;
  },
): AsyncGenerator<RunEvent> {
  return attend(run, jobs, options.journal, options.resume, options.known);
}

const CANCELLED: JobEnd = { kind: 'settled', outcome: { kind: 'cancelled' } };

async function* attend(
  run: string,
  jobs: readonly JobPlan[],
  journal: Journal,
  work: (job: JobPlan, emit: Emit) => Promise<JobEnd>,
  known: () => readonly (JobOutcome | undefined)[] = () => [],
): AsyncGenerator<RunEvent> {
  const queue = new BoundedQueue<RunEvent>(WAITING_EVENTS);
  const emit: Emit = (event) => queue.put(event);
  const outcomes = Promise.all(jobs.map(async (job) => settle(job, await work(job, emit), journal, emit))).finally(() =>
    queue.close(),
  );
  // The events carry on while the jobs do; a bug in a job surfaces in the await below.
  outcomes.catch(() => {});
  yield* queue;
  yield { type: 'finished', run, status: runStatus([...(await outcomes), ...known()]) };
}

/** Writes the end of a job down, then tells it. */
async function settle(job: JobPlan, end: JobEnd, journal: Journal, emit: Emit): Promise<JobOutcome | undefined> {
  const server = job.server.name;
  if (end.kind === 'left') {
    await emit({ type: 'note', server, message: end.message });
    return undefined;
  }
  try {
    journal.settled(job.id, end.outcome);
  } catch (error) {
    // Its siblings go on; whoever looks next asks the server again.
    await emit({ type: 'note', server, message: sentence(error) });
  }
  await emit({ type: 'settled', server, outcome: end.outcome });
  return end.outcome;
}
