import { window } from 'vscode';
import type { LazyEngine } from '../engine.ts';
import { assertTrusted } from '../host/trust.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { RunOutput } from '../output/run-output.ts';
import type { Row } from '../views/row.ts';
import { findRun } from './pick-run.ts';

/** "Show Log": the lines of a run, or of a run on one server, from the first one. */
export async function showLog(
  row: Row | undefined,
  deps: { readonly engine: LazyEngine; readonly live: LiveRuns; readonly output: RunOutput },
): Promise<void> {
  // The log of a run that goes on is read from its servers.
  assertTrusted();
  const options = { placeHolder: 'Choose the run whose log to show', isOffered: () => true };
  const run = await findRun(row, await deps.engine.get(), options);
  if (!run) return void window.showInformationMessage('No script has run yet');
  deps.output.reveal();
  await deps.live.show(run, row?.target?.kind === 'job' ? { server: row.target.server } : {});
}
