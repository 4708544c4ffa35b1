import { CroniumError, sentence } from '../domain/errors.ts';
import type { JobPhase } from '../domain/job.ts';
import { type ExitReport, jobOutcome } from '../domain/outcome.ts';
import type { JobPlan } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { Follower, outcomeOf } from './follow.ts';
import { cancelOn, followJob, onAbort } from './follow-job.ts';
import { JobContext, type JobDeps, type JobEnd, type JobSignals } from './job-context.ts';

/** What the store knows of a job that has no outcome yet. */
export interface UnfinishedJob extends JobPlan {
  readonly phase: JobPhase;
  readonly cancelRequested: boolean;
  /** The last record of the mirror, when it is an EXIT: the client went away between reading and settling it. */
  readonly exit?: ExitReport;
}

export interface ResumeOptions {
  readonly signals: JobSignals;
  emit(event: RunEvent): Promise<void>;
}

/** Asks the server of an unfinished job for its truth and follows it to its end. Never throws. */
export async function resumeJob(job: UnfinishedJob, deps: JobDeps, options: ResumeOptions): Promise<JobEnd> {
  if (job.exit) return { kind: 'settled', outcome: jobOutcome(job.exit) };
  const context = new JobContext(job, deps, options);
  try {
    using found = await find(job, context);
    if (found.kind === 'settled') return found;
    return await followJob(context, found.live);
  } catch (error) {
    return { kind: 'left', message: sentence(error) };
  }
}

/** Brings the mirror up to what the server has now, without waiting for the job's end. */
export async function refreshJob(job: UnfinishedJob, deps: JobDeps, options: ResumeOptions): Promise<JobEnd> {
  if (job.exit) return { kind: 'settled', outcome: jobOutcome(job.exit) };
  const context = new JobContext(job, deps, options);
  const mirror = deps.openMirror(job.id);
  try {
    using found = await find(job, context, mirror.end);
    if (found.kind === 'settled') return found;
    const { session, attachment, state } = found.live;
    using _leave = onAbort(options.signals.leave, () => attachment.detach());
    const follower = new Follower({ job: job.id, server: job.server.name, mirror, emit: options.emit });
    const until = attachment.spoolEnd ?? 0;
    const over = state.phase === 'ended' || state.phase === 'lost';
    if (over || until > mirror.end) await follower.follow(session, attachment, over ? {} : { until });
    else attachment.detach();
    const outcome = over || follower.exit ? outcomeOf(state, follower.exit) : undefined;
    if (outcome) return { kind: 'settled', outcome };
    await context.enter('detached');
    return { kind: 'left', message: 'The script goes on there' };
  } catch (error) {
    return { kind: 'left', message: sentence(error) };
  } finally {
    mirror.close();
  }
}

type Found = Disposable &
  ({ readonly kind: 'live'; readonly live: Parameters<typeof followJob>[1] } | Extract<JobEnd, { kind: 'settled' }>);

/** Attaches to the job, or learns that the server has never started it. */
async function find(job: UnfinishedJob, context: JobContext, offset?: number): Promise<Found> {
  const { deps, signals } = context;
  const used = await deps.sessions.use(job.server, { signal: signals.leave });
  const release = (): void => used[Symbol.dispose]();
  try {
    if (job.cancelRequested || signals.cancel.aborted) await cancelOn(context, used.session);
    const { state, attachment } = await used.session.attach(job.id, offset ?? mirrorEnd(context));
    const { session } = used;
    return {
      kind: 'live',
      live: { session, attachment, state, [Symbol.dispose]: release },
      [Symbol.dispose]: release,
    };
  } catch (error) {
    if (error instanceof CroniumError && error.code === 'job/unknown') {
      // A tombstone: a start that is still under way somewhere cannot run it any more.
      const state = await cancelOn(context, used.session);
      release();
      const began = job.phase === 'running' || job.phase === 'detached' || job.phase === 'draining';
      const outcome = began
        ? ({ kind: 'lost', message: 'The server no longer knows the job; the log ends there' } as const)
        : job.cancelRequested
          ? ({ kind: 'cancelled' } as const)
          : ({ kind: 'broken', code: 'start/never', message: 'The script was never started there' } as const);
      const late = state.startedAt === undefined ? outcome : (outcomeOf(state, undefined) ?? outcome);
      return { kind: 'settled', outcome: late, [Symbol.dispose]: () => {} };
    }
    release();
    throw error;
  }
}

function mirrorEnd(context: JobContext): number {
  const mirror = context.deps.openMirror(context.job.id);
  try {
    return mirror.end;
  } finally {
    mirror.close();
  }
}
