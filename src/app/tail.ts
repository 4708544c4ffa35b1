import { wait } from '../base/wait.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobEnd } from '../execution/job-context.ts';
import type { LogTeller } from './tell.ts';

/** Another process writes the log: looking this often is live enough for a reader and no load. */
const LOOK_EVERY_MS = 200;

/** Follows a job that another process looks after, from the store and the mirror. */
export async function tailJob(
  teller: LogTeller,
  options: { readonly leave: AbortSignal; outcome(): JobOutcome | undefined },
): Promise<JobEnd> {
  for (;;) {
    // Asked before the look: what is settled has its whole log in the mirror.
    const outcome = options.outcome();
    await teller.look();
    if (outcome) return { kind: 'settled', outcome };
    try {
      await wait(LOOK_EVERY_MS, { signal: options.leave });
    } catch {
      return { kind: 'left', message: 'Another process follows this job' };
    }
  }
}
