import { wait } from '../base/wait.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobRecord } from '../domain/run.ts';
import type { LogTeller } from './tell.ts';

/** Another process writes the log: looking this often is live enough for a reader and no load. */
const LOOK_EVERY_MS = 200;

export type TailEnd =
  | { readonly kind: 'settled'; readonly outcome: JobOutcome }
  /** Nobody looked after the job any more, and now we do. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'left'; readonly message: string };

/** Follows a job that another process looks after, from the store and the mirror, for as long as that one does. */
export async function tailJob(
  teller: LogTeller,
  options: { readonly leave: AbortSignal; find(): JobRecord | undefined; tryClaim(): boolean },
): Promise<TailEnd> {
  for (;;) {
    // Asked before the look: what is settled has its whole log in the mirror.
    const job = options.find();
    await teller.look();
    if (!job) return { kind: 'left', message: 'Its run was removed' };
    if (job.outcome) {
      await teller.end();
      return { kind: 'settled', outcome: job.outcome };
    }
    if (options.tryClaim()) return { kind: 'ours' };
    try {
      await wait(LOOK_EVERY_MS, { signal: options.leave });
    } catch {
      return { kind: 'left', message: 'Another process follows this job' };
    }
  }
}
