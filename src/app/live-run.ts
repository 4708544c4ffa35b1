import { eventLoop } from '../base/loop-share.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { JobDeps } from '../execution/job-context.ts';
import { executeRun } from '../execution/run.ts';
import type { Store } from '../store/store.ts';
import type { Attendant } from './attendant.ts';
import type { Changes } from './changes.ts';
import type { Claims } from './claims.ts';
import type { FollowOptions, RunSignals } from './cronium.ts';
import type { JobMasks } from './job-masks.ts';
import { waitForTurn } from './overlap.ts';

export interface LiveRunDeps {
  readonly store: Store;
  readonly claims: Claims;
  readonly changes: Changes;
  readonly attendant: Attendant;
  readonly masks: Pick<JobMasks, 'plan'>;
  readonly execution: JobDeps;
}

/** Runs a plan, in its turn. */
export async function* runPlan(plan: RunPlan, signals: RunSignals, deps: LiveRunDeps): AsyncGenerator<RunEvent> {
  const { store, claims, changes, execution } = deps;
  const { cancel, leave } = signals;
  const jobs = plan.jobs.map(({ id }) => id);
  deps.masks.plan(plan);
  // With a thousand servers each of these takes its time: the planning, the writing down, the beginning.
  await eventLoop.turn();
  claims.begin(plan);
  changes.tell();
  using _watch = changes.watch();
  using _intent = keepCancel(jobs, signals, claims);
  const over = new AbortController();
  const stop = { signal: AbortSignal.any([cancel, leave, over.signal]) };
  try {
    await eventLoop.turn();
    yield* executeRun(plan, execution, {
      signals: ({ id }) => ({ cancel: claims.cancelSignal(id, cancel), leave }),
      turn: (note) =>
        waitForTurn(
          plan.overlap,
          {
            inTheWay: () => store.jobs.inTheWayOf(plan.id),
            adopt: (job, options) => deps.attendant.adopt(job, options),
            cancel: (others) => claims.requestCancel(others.map(({ id }) => id)),
            note,
          },
          stop,
        ),
    });
  } finally {
    over.abort();
    claims.release(jobs);
  }
  await execution.sessions.collect();
}

/** Cancels what is open of a run, and follows that to its end. */
export async function* cancelRun(
  run: RunRecord,
  { leave }: Pick<RunSignals, 'leave'>,
  options: FollowOptions,
  deps: LiveRunDeps,
): AsyncGenerator<RunEvent> {
  const { claims, changes, attendant } = deps;
  const open = jobsOn(run, options).filter(({ outcome }) => outcome === undefined);
  claims.requestCancel(open.map(({ id }) => id));
  changes.tell();
  using _watch = changes.watch();
  yield* attendant.follow(run, open, { cancel: AbortSignal.abort(), leave });
}

/** Tells the log of a run and goes on to its end. */
export async function* followRun(
  run: RunRecord,
  signals: RunSignals,
  options: FollowOptions,
  deps: LiveRunDeps,
): AsyncGenerator<RunEvent> {
  const { claims, changes, attendant } = deps;
  const jobs = jobsOn(run, options);
  const ids = jobs.map(({ id }) => id);
  using _watch = changes.watch();
  using _intent = keepCancel(ids, signals, claims);
  yield* attendant.follow(run, jobs, signals);
}

function jobsOn({ jobs }: RunRecord, { servers }: FollowOptions): readonly JobRecord[] {
  return servers ? jobs.filter(({ server }) => servers.includes(server.name)) : jobs;
}

/** A cancel that was asked for stands until it is confirmed, also when this process goes away. */
function keepCancel(jobs: readonly string[], { cancel }: RunSignals, claims: Claims): Disposable {
  const keep = (): void => {
    try {
      claims.requestCancel(jobs);
    } catch {
      // The store cannot keep it; the signal itself stops what this process looks after.
    }
  };
  cancel.addEventListener('abort', keep, { once: true });
  return { [Symbol.dispose]: () => cancel.removeEventListener('abort', keep) };
}
