import type { RunStatus } from '../../../domain/run.ts';
import type { StartedRun } from './start-run.ts';

/**
 * Begins one run after the other, since each may ask its person something, and lets them go on together to their ends. One that
 * cannot begin ends the row at once; those before it go on.
 */
export async function runEach<T>(items: readonly T[], begin: (item: T) => Promise<StartedRun>): Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  const ends = items.map(async (item): Promise<RunStatus | undefined> => {
    const started = before.then(() => begin(item));
    before = started;
    return await (await started).ended;
  });
  await Promise.all(ends);
}
