import { abortable } from '../base/wait.ts';
import { sentence } from '../domain/errors.ts';
import type { JobPhase } from '../domain/job.ts';
import { OutputText } from '../domain/mask/output-text.ts';
import { type ExitReport, type JobOutcome, jobOutcome } from '../domain/outcome.ts';
import type { JobPlan } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { JobState } from '../runner/message.ts';
import type { Session } from '../runner/session.ts';
import { applierOf } from './apply.ts';
import { Follower, outcomeOf, type Told } from './follow.ts';
import { attachAt, FORGOTTEN, followJob, isUnknownJob, type LiveJob, onAbort } from './follow-job.ts';
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
  /** Of the mirror, by whoever has told it so far. */
  readonly told?: Told;
  emit(event: RunEvent): Promise<void>;
}

/** Asks the server of an unfinished job for its truth and follows it to its end. Never throws. */
export async function resumeJob(job: UnfinishedJob, deps: JobDeps, options: ResumeOptions): Promise<JobEnd> {
  const mask = await deps.maskOf(job.id);
  const context = new JobContext(job, deps, { ...options, mask });
  const told = options.told ?? { text: new OutputText(mask) };
  return await context.finish(await resumeToEnd(job, context, told), told.text);
}

async function resumeToEnd(job: UnfinishedJob, context: JobContext, told: Told): Promise<JobEnd> {
  try {
    await applyKept(context, job);
    if (job.exit) return { kind: 'settled', outcome: jobOutcome(job.exit) };
    const found = await find(job, context);
    if (found.kind === 'settled') return found;
    return await followJob(context, found.live, told);
  } catch (error) {
    return { kind: 'left', message: sentence(error) };
  } finally {
    context.deps.desk.dismiss(job.id);
  }
}

/** Brings the mirror up to what the server has now, without waiting for the job's end. Never throws. */
export async function refreshJob(job: UnfinishedJob, deps: JobDeps, options: ResumeOptions): Promise<JobEnd> {
  const mask = await deps.maskOf(job.id);
  const context = new JobContext(job, deps, { ...options, mask });
  const text = new OutputText(mask);
  return await context.finish(await refreshOnce(job, context, text), text);
}

async function refreshOnce(job: UnfinishedJob, context: JobContext, text: OutputText): Promise<JobEnd> {
  try {
    await applyKept(context, job);
    if (job.exit) return { kind: 'settled', outcome: jobOutcome(job.exit) };
    const found = await find(job, context);
    if (found.kind === 'settled') return found;
    using live = found.live;
    const outcome = await catchUp(context, live, text);
    if (outcome) return { kind: 'settled', outcome };
    await context.enter('detached');
    return { kind: 'left', message: 'The script goes on there', isRunning: true };
  } catch (error) {
    return { kind: 'left', message: sentence(error) };
  } finally {
    context.deps.desk.dismiss(job.id);
  }
}

/** Gives an effect to what a client has mirrored that went away before it did. */
async function applyKept(context: JobContext, { phase }: UnfinishedJob): Promise<void> {
  // It has no log.
  if (phase === 'queued') return;
  const { job, deps } = context;
  const mirror = deps.openMirror(job.id);
  try {
    await applierOf(context).catchUp(mirror);
  } finally {
    mirror.close();
  }
}

/** Reads what the server has now; the outcome when that is the whole log of a job that has ended. */
async function catchUp(context: JobContext, live: LiveJob, text: OutputText): Promise<JobOutcome | undefined> {
  const { session, attachment, state } = live;
  const mirror = context.deps.openMirror(context.job.id);
  try {
    using _leave = onAbort(context.signals.leave, () => attachment.detach());
    const follower = new Follower(context, { text });
    follower.mirror = mirror;
    const isOver = state.phase === 'ended' || state.phase === 'lost';
    const until = attachment.spoolEnd ?? 0;
    if (isOver || until > mirror.end) await follower.follow(session, attachment, isOver ? {} : { until });
    else attachment.detach();
    return follower.outcome(attachment, state);
  } finally {
    mirror.close();
  }
}

type Found = { readonly kind: 'live'; readonly live: LiveJob } | Extract<JobEnd, { kind: 'settled' }>;

/** Attaches to the job, or learns that the server has never started it. */
async function find(job: UnfinishedJob, context: JobContext): Promise<Found> {
  const { deps, signals } = context;
  // Every later phase is written down before what it names begins.
  if (job.phase === 'queued') {
    const isCancelled = job.cancelRequested || signals.cancel.aborted;
    return { kind: 'settled', outcome: isCancelled ? { kind: 'cancelled' } : NEVER_STARTED };
  }
  const used = await deps.sessions.use(job.server, { signal: signals.leave });
  let isHandedOver = false;
  try {
    if (job.cancelRequested || signals.cancel.aborted) {
      const outcome = neverStarted(await cancel(context, used.session));
      if (outcome) return { kind: 'settled', outcome };
    }
    const { state, attachment } = await abortable(attachAt(used.session, job.id, mirrorEnd(context)), {
      signal: signals.leave,
    });
    isHandedOver = true;
    const { session } = used;
    return { kind: 'live', live: { session, attachment, state, [Symbol.dispose]: () => used[Symbol.dispose]() } };
  } catch (error) {
    if (!isUnknownJob(error)) throw error;
    // A power cut may have taken the later phases back, but not what of the log is here.
    const hasRun = job.phase === 'running' || job.phase === 'detached' || job.phase === 'draining';
    if (hasRun || mirrorEnd(context) > 0) {
      return { kind: 'settled', outcome: FORGOTTEN };
    }
    // A tombstone: a start that is still under way somewhere cannot run it any more.
    if (!neverStarted(await cancel(context, used.session))) throw error;
    return { kind: 'settled', outcome: NEVER_STARTED };
  } finally {
    if (!isHandedOver) used[Symbol.dispose]();
  }
}

const NEVER_STARTED: JobOutcome = {
  kind: 'broken',
  code: 'start/never',
  message: 'The script was never started there',
};

function cancel({ job, deps, signals }: JobContext, session: Session): Promise<JobState> {
  return abortable(session.cancel(job.id, deps.install), { signal: signals.leave });
}

/** The outcome that a tombstone tells. */
function neverStarted(state: JobState): JobOutcome | undefined {
  return state.startedAt === undefined ? outcomeOf(state) : undefined;
}

function mirrorEnd(context: JobContext): number {
  const mirror = context.deps.openMirror(context.job.id);
  try {
    return mirror.end;
  } finally {
    mirror.close();
  }
}
