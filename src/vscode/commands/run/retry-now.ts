import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import type { LiveRuns } from '../../live-runs.ts';
import type { Row } from '../../views/row.ts';
import { isActive, runTargets } from './run-targets.ts';

/** "Try Again Now": reaches the lost servers of the selected runs at once, whatever is left of the pauses between tries. */
export async function retryNow(
  rows: readonly Row[],
  { engine, live }: { readonly engine: LazyEngine; readonly live: LiveRuns },
): Promise<void> {
  assertTrusted();
  const cronium = await engine.get();
  for (const { run, servers } of runTargets(rows)) {
    const found = cronium.findRun(run);
    if (isActive(found)) await live.retryNow(found, servers ? { servers } : {});
  }
}
