import { CroniumError, sentence } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { Attachment } from '../runner/attachment.ts';
import type { JobState } from '../runner/message.ts';
import type { Session } from '../runner/session.ts';
import { Follower, type Told } from './follow.ts';
import type { JobContext, JobEnd } from './job-context.ts';
import { isOwnFailure, OwnLog } from './own-log.ts';
import { reattachPauseMs } from './retry.ts';
import { isDisconnection } from './sessions.ts';

/** Bad records in a row at the same place: the log on the server is damaged there. */
const MAX_DAMAGED_READS = 3;

/** A job's log under way on a session. */
export interface LiveJob extends Disposable {
  readonly session: Session;
  readonly attachment: Attachment;
  readonly state: JobState;
}

/** Follows a started job to its end, over dropped connections, and over what is wrong on this machine for a while. */
export async function followJob(context: JobContext, first: LiveJob, told: Told): Promise<JobEnd> {
  const { job, deps, signals } = context;
  using log = new OwnLog(() => deps.openMirror(job.id));
  const follower = new Follower(context, told);
  let live: LiveJob | undefined = first;
  try {
    let damaged = 0;
    while (live) {
      await context.enter('running');
      const end = await watch(context, follower, live, log);
      live[Symbol.dispose]();
      live = undefined;
      if (end.kind === 'ended') return { kind: 'settled', outcome: end.outcome };
      if (signals.leave.aborted) break;
      damaged = end.kind === 'damaged' ? damaged + 1 : 0;
      if (damaged >= MAX_DAMAGED_READS) {
        const behind = end.unread === 0 ? '' : `; the last ${end.unread} bytes of it cannot be used`;
        return { kind: 'settled', outcome: { kind: 'lost', message: `The log is incomplete: ${end.found}${behind}` } };
      }
      await context.enter('detached');
      if (end.kind === 'ours') await log.fail(end.found, context);
      else await context.note(`${end.found}; the script goes on there, reattaching`);
      if (end.kind === 'away') log.failures = 0;
      const again = await reattach(context, log);
      if (again?.kind === 'settled') return again;
      live = again?.live;
    }
    await context.enter('detached');
    return { kind: 'left', message: 'The script goes on there' };
  } catch (error) {
    return { kind: 'left', message: `${sentence(error)}; the script goes on there, but is not followed any more` };
  } finally {
    live?.[Symbol.dispose]();
  }
}

type WatchEnd =
  | { readonly kind: 'ended'; readonly outcome: JobOutcome }
  /** The session is gone; the log on the server is damaged, so many bytes from here; this machine cannot keep it (a full disk, say). */
  | { readonly kind: 'away' | 'damaged' | 'ours'; readonly found: string; readonly unread: number };

/** Follows on one session until the job has ended or cannot be followed on it any more. */
async function watch(context: JobContext, follower: Follower, live: LiveJob, log: OwnLog): Promise<WatchEnd> {
  const { job, signals, deps } = context;
  const { session, attachment } = live;
  let state = live.state;
  using _states = session.onDidChangeState((changed) => {
    if (changed.job !== job.id) return;
    state = changed;
    if (changed.phase === 'draining') context.enterSoon('draining');
  });
  // A cancel is sent as soon as it is asked for; the end then comes as the log's last record.
  using _cancel = onAbort(signals.cancel, () => void session.cancel(job.id, deps.install).catch(() => {}));
  using _leave = onAbort(signals.leave, () => attachment.detach());
  try {
    follower.mirror = log.open();
    await follower.follow(session, attachment);
  } catch (error) {
    if (isOwnFailure(error)) return { kind: 'ours', found: sentence(error), unread: 0 };
    const isDamaged = error instanceof CroniumError && error.code.startsWith('record/');
    if (!isDisconnection(error) && !isDamaged) throw error;
    return { kind: isDamaged ? 'damaged' : 'away', found: sentence(error), unread: follower.unread(state) };
  }
  const outcome = follower.outcome(attachment, state);
  if (outcome) return { kind: 'ended', outcome };
  return { kind: 'damaged', found: `"${job.server.name}" ended the log without its last record`, unread: 0 };
}

/**
 * Attaches again, with growing pauses and for as long as it takes: a laptop sleeps for days. Gives up when the person leaves, and
 * with a sentence when only a person can help: a key or a host key is refused.
 */
async function reattach(
  context: JobContext,
  log: OwnLog,
): Promise<{ kind: 'live'; live: LiveJob } | Extract<JobEnd, { kind: 'settled' }> | undefined> {
  const { job, deps, signals } = context;
  let problem: string | undefined;
  for (let attempt = log.failures; ; attempt++) {
    try {
      await pause(context, reattachPauseMs(attempt, deps.random));
      const offset = log.open().end;
      const used = await deps.sessions.use(job.server, { signal: signals.leave });
      try {
        const { state, attachment } = await attachAt(used.session, job.id, offset);
        const { session } = used;
        return { kind: 'live', live: { session, attachment, state, [Symbol.dispose]: () => used[Symbol.dispose]() } };
      } catch (error) {
        used[Symbol.dispose]();
        throw error;
      }
    } catch (error) {
      if (signals.leave.aborted) return undefined;
      if (isUnknownJob(error)) return { kind: 'settled', outcome: FORGOTTEN };
      if (isOwnFailure(error)) {
        // Nothing is wrong with the server: whoever watches waits until there is room again.
        await log.fail(sentence(error), context);
        continue;
      }
      if (!mayPass(error) && !deps.isRetryable(error)) {
        await context.note(`Cannot reattach: ${sentence(error)}`);
        return undefined;
      }
      if (sentence(error) !== problem) await context.note(`${sentence(error)}; trying again until it answers`);
      problem = sentence(error);
    }
  }
}

/** A cancel is not kept waiting: it ends the pause in which it is asked for. */
async function pause({ job, deps, signals }: JobContext, ms: number): Promise<void> {
  const { cancel, leave } = signals;
  const signal = cancel.aborted ? leave : AbortSignal.any([cancel, leave]);
  await deps.pauses.wait(job.server, ms, { signal }).catch((reason) => {
    if (leave.aborted) throw reason;
  });
}

/** What was reached before may be reached again: without a network no name has an address, and a server that boots gives no shell. */
function mayPass(error: unknown): boolean {
  if (isDisconnection(error)) return true;
  return error instanceof CroniumError && /^(?:connect\/unresolved|boot\/(?:silent|ended|stuck))$/.test(error.code);
}

/**
 * Attaches at `offset`, or at the beginning where the server has less than we: after a power cut its spool may be shorter than
 * the mirror, which passes over what it has.
 */
export async function attachAt(
  session: Session,
  job: string,
  offset: number,
): Promise<{ readonly state: JobState; readonly attachment: Attachment }> {
  try {
    return await session.attach(job, offset);
  } catch (error) {
    if (!(error instanceof CroniumError) || error.code !== 'attach/offset' || offset === 0) throw error;
    return await session.attach(job, 0);
  }
}

/** The server has no trace of a job that had been started there. */
export const FORGOTTEN: JobOutcome = {
  kind: 'lost',
  message: 'The server no longer knows the job; the log ends there',
};

export function isUnknownJob(error: unknown): boolean {
  return error instanceof CroniumError && error.code === 'job/unknown';
}

/** Calls `listener` when the signal aborts, or now if it has; disposing takes the listener away. */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}
