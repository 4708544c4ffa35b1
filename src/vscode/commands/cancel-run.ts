import { window } from 'vscode';
import { runStatus } from '../../domain/run.ts';
import type { LazyEngine } from '../engine.ts';
import { assertTrusted } from '../host/trust.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { Row } from '../views/row.ts';
import { findRun } from './pick-run.ts';

/** "Cancel Run": asks the servers of a run to stop its scripts. */
export async function cancelRun(
  row: Row | undefined,
  { engine, live }: { readonly engine: LazyEngine; readonly live: LiveRuns },
): Promise<void> {
  assertTrusted();
  const run = await findRun(row, await engine.get(), {
    placeHolder: 'Choose the run to cancel',
    isOffered: ({ jobs }) => runStatus(jobs.map(({ outcome }) => outcome)) === 'running',
  });
  if (run) await live.cancel(run);
  else void window.showInformationMessage('No run goes on');
}
