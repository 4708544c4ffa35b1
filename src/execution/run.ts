import pLimit, { type LimitFunction } from 'p-limit';
import { BoundedQueue } from '../base/bounded-queue.ts';
import { eventLoop } from '../base/loop-share.ts';
import { abortable } from '../base/wait.ts';
import { sentence } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import { type JobPlan, type RunPlan, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { onAbort } from './follow-job.ts';
import { broken, neverBegun, runJob, settled } from './job.ts';
import type { JobDeps, JobEnd, JobSignals } from './job-context.ts';
import type { Journal } from './journal.ts';

/** Events that may wait for a slow reader; then the jobs' logs wait on the servers, which keep them. */
const WAITING_EVENTS = 64;

/** A longer text counts as several, so that few outlive a collection while they wait: V8 makes room for all that do. */
const CHARACTERS_AN_EVENT = 4_096;

/** Of a job that has not begun: either of them ends its wait. */
type WaitSignals = JobSignals & { readonly stop: AbortSignal };

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
  let hasTurn = false;
  let failures = 0;
  const runUnlessTooMany = async (job: JobPlan, signals: JobSignals, emit: Emit): Promise<JobEnd> => {
    await eventLoop.turn();
    if (isStopped(signals)) return neverBegun(signals);
    if (plan.maxFailures !== undefined && failures >= plan.maxFailures) return settled(heldBack(failures));
    const end = await runJob(job, plan, deps, { signals, emit });
    if (isFailure(end)) failures += 1;
    return end;
  };
  yield* attend(plan.id, plan.jobs, deps.journal, async (job, emit) => {
    const signals = options.signals(job);
    turn ??= options.turn((message) => emit({ type: 'note', message }));
    const run = (): Promise<JobEnd> => runUnlessTooMany(job, signals, emit);
    // Most of a thousand jobs have nothing to wait for, nor anybody who ends that.
    if (hasTurn && limit.activeCount < plan.parallel) return await limit(run);
    const waits = { ...signals, stop: AbortSignal.any([signals.cancel, signals.leave]) };
    const end = await untilTurn(turn, waits);
    hasTurn ||= end === undefined;
    return end ?? (await inSlot(limit, waits, run));
  });
}

function isStopped({ cancel, leave }: JobSignals): boolean {
  return cancel.aborted || leave.aborted;
}

function isFailure(end: JobEnd): boolean {
  return end.kind === 'settled' && end.outcome.kind !== 'succeeded' && end.outcome.kind !== 'cancelled';
}

/** The outcome of a job that was never begun, because too many others had failed. */
function heldBack(failures: number): JobOutcome {
  const servers = failures === 1 ? '1 server had failed' : `${failures} servers had failed`;
  return {
    kind: 'broken',
    code: 'run/max-failures',
    message: `Not begun: ${servers}, as many as "maxFailures" allows`,
  };
}

/** The end of a job that does not get its turn. */
async function untilTurn(turn: Promise<'go' | 'over'>, signals: WaitSignals): Promise<JobEnd | undefined> {
  const { stop } = signals;
  try {
    if ((await abortable(turn, { signal: stop })) === 'go') return undefined;
    return stop.aborted ? neverBegun(signals) : settled({ kind: 'cancelled' });
  } catch (error) {
    return stop.aborted ? neverBegun(signals) : settled(broken(error));
  }
}

/** Runs a job as soon as fewer than all slots are taken; one that is stopped while it waits ends at once. */
async function inSlot(limit: LimitFunction, signals: WaitSignals, run: () => Promise<JobEnd>): Promise<JobEnd> {
  const { stop } = signals;
  const stopped = Promise.withResolvers<JobEnd>();
  let hasBegun = false;
  using _stop = onAbort(stop, () => {
    if (!hasBegun) stopped.resolve(neverBegun(signals));
  });
  const running = limit(() => {
    if (stop.aborted) return stopped.promise;
    hasBegun = true;
    return run();
  });
  return await Promise.race([running, stopped.promise]);
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

async function* attend(
  run: string,
  jobs: readonly JobPlan[],
  journal: Journal,
  work: (job: JobPlan, emit: Emit) => Promise<JobEnd>,
  known: () => readonly (JobOutcome | undefined)[] = () => [],
): AsyncGenerator<RunEvent> {
  const queue = new BoundedQueue<RunEvent>(WAITING_EVENTS, weightOf);
  const emit: Emit = (event) => queue.put(event);
  const see = async (job: JobPlan): Promise<JobOutcome | undefined> => {
    await eventLoop.turn();
    const end = await work(job, emit);
    await eventLoop.turn();
    return await settle(job, end, journal, emit);
  };
  const outcomes = Promise.all(jobs.map(see)).finally(() => queue.close());
  // The events carry on while the jobs do; a bug in a job surfaces in the await below.
  outcomes.catch(() => {});
  yield* queue;
  yield { type: 'finished', run, status: runStatus([...(await outcomes), ...known()]) };
}

function weightOf(event: RunEvent): number {
  return event.type === 'output' ? Math.ceil(event.text.length / CHARACTERS_AN_EVENT) : 1;
}

/** Writes the end of a job down, then tells it. */
async function settle(job: JobPlan, end: JobEnd, journal: Journal, emit: Emit): Promise<JobOutcome | undefined> {
  const server = job.server.name;
  if (end.kind === 'left') {
    await emit({ type: 'note', server, message: end.message });
    return undefined;
  }
  try {
    await journal.settled(job.id, end.outcome);
  } catch (error) {
    // Its siblings go on; whoever looks next asks the server again.
    await emit({ type: 'note', server, message: sentence(error) });
  }
  await emit({ type: 'settled', server, outcome: end.outcome });
  return end.outcome;
}
