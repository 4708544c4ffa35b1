import { deadline, wait } from '../base/wait.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { Attachment } from '../runner/attachment.ts';
import type { JobState } from '../runner/message.ts';
import type { Session } from '../runner/session.ts';
import { Follower, outcomeOf } from './follow.ts';
import type { JobContext, JobEnd } from './job-context.ts';
import { reattachPauseMs } from './retry.ts';
import { isDisconnection } from './sessions.ts';

/** How long a server that went away is looked for before the job is left to itself; it can be followed again at any time. */
const REATTACH_LIMIT_MS = 300_000;

/** Bad records in a row at the same place: the log on the server is damaged there. */
const MAX_DAMAGED_READS = 3;

/** How long a server may take to confirm a cancel on top of the script's own grace. */
const CANCEL_ANSWER_MS = 30_000;

/** A job's log under way on a session. */
export interface LiveJob extends Disposable {
  readonly session: Session;
  readonly attachment: Attachment;
  readonly state: JobState;
}

/** Follows a started job to its end, over dropped connections. */
export async function followJob(context: JobContext, first: LiveJob): Promise<JobEnd> {
  const { job, deps, signals } = context;
  const mirror = deps.openMirror(job.id);
  try {
    const follower = new Follower({ job: job.id, server: job.server.name, mirror, emit: context.emit });
    let live: LiveJob | undefined = first;
    let damaged = 0;
    while (live) {
      await context.enter('running');
      const end = await watch(context, follower, live);
      live[Symbol.dispose]();
      if (end.kind === 'ended') return { kind: 'settled', outcome: end.outcome };
      if (signals.leave.aborted) break;
      damaged = end.damaged ? damaged + 1 : 0;
      if (damaged >= MAX_DAMAGED_READS) {
        return { kind: 'settled', outcome: { kind: 'lost', message: `The log is incomplete: ${end.found}` } };
      }
      await context.enter('detached');
      await context.note(`${end.found}; the script goes on there, reattaching`);
      const again = await reattach(context, mirror.end);
      if (again?.kind === 'settled') return again;
      live = again?.live;
    }
    await context.enter('detached');
    return { kind: 'left', message: 'The script goes on there' };
  } finally {
    mirror.close();
  }
}

type WatchEnd =
  | { readonly kind: 'ended'; readonly outcome: Extract<JobEnd, { kind: 'settled' }>['outcome'] }
  | { readonly kind: 'away'; readonly found: string; readonly damaged: boolean };

/** Follows on one session until the job has ended or the session is away. */
async function watch(context: JobContext, follower: Follower, live: LiveJob): Promise<WatchEnd> {
  const { job, signals, deps } = context;
  const { session, attachment } = live;
  let state = live.state;
  using _states = session.onDidChangeState((changed) => {
    if (changed.job === job.id) state = changed;
    if (changed.job === job.id && changed.phase === 'draining') void context.enter('draining');
  });
  // A cancel is sent as soon as it is asked for; the end then comes as the log's last record.
  const onCancel = (): void => void session.cancel(job.id, deps.install).catch(() => {});
  const onLeave = (): void => attachment.detach();
  using _cancel = onAbort(signals.cancel, onCancel);
  using _leave = onAbort(signals.leave, onLeave);
  try {
    await follower.follow(session, attachment);
  } catch (error) {
    const damaged = error instanceof CroniumError && error.code.startsWith('record/');
    if (!isDisconnection(error) && !damaged) throw error;
    return { kind: 'away', found: sentence(error), damaged };
  }
  const outcome = outcomeOf(state, follower.exit);
  if (outcome) return { kind: 'ended', outcome };
  return { kind: 'away', found: `"${job.server.name}" ended the log without its last record`, damaged: true };
}

/** Attaches again, with growing pauses; gives up when the person leaves or after the limit. */
async function reattach(
  context: JobContext,
  offset: number,
): Promise<{ kind: 'live'; live: LiveJob } | Extract<JobEnd, { kind: 'settled' }> | undefined> {
  const { job, deps, signals } = context;
  const limit = performance.now() + REATTACH_LIMIT_MS;
  for (let attempt = 0; performance.now() < limit; attempt++) {
    try {
      await wait(reattachPauseMs(attempt, deps.random), { signal: signals.leave });
      const used = await deps.sessions.use(job.server, { signal: signals.leave });
      try {
        const { state, attachment } = await used.session.attach(job.id, offset);
        if (signals.cancel.aborted) void used.session.cancel(job.id, deps.install).catch(() => {});
        return {
          kind: 'live',
          live: { session: used.session, attachment, state, [Symbol.dispose]: () => used[Symbol.dispose]() },
        };
      } catch (error) {
        used[Symbol.dispose]();
        throw error;
      }
    } catch (error) {
      if (signals.leave.aborted) return undefined;
      if (error instanceof CroniumError && error.code === 'job/unknown') {
        return {
          kind: 'settled',
          outcome: { kind: 'lost', message: 'The server no longer knows the job; the log ends there' },
        };
      }
      if (!isDisconnection(error) && !deps.isRetryable(error)) {
        await context.note(`Cannot reattach: ${sentence(error)}`);
        return undefined;
      }
    }
  }
  return undefined;
}

/** Asks for a cancel over a session and waits for the server's word. */
export function cancelOn(context: JobContext, session: Session): Promise<JobState> {
  return deadline(session.cancel(context.job.id, context.deps.install), CANCEL_ANSWER_MS, () => {
    return new CroniumError('cancel/silent', `"${context.job.server.name}" did not confirm the cancel`);
  });
}

/** Calls `listener` when the signal aborts, or now if it has; disposing takes the listener away. */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}
