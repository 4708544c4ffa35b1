import { l10n, window } from 'vscode';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import type { LiveRuns } from '../../live-runs.ts';
import type { Row } from '../../views/row.ts';
import { findRun } from './pick-run.ts';
import { isActive, runTargets } from './run-targets.ts';

/** "Cancel Run": asks the servers of the selected runs, or of one that the person picks, to stop its scripts. */
export async function cancelRun(
  rows: readonly Row[],
  { engine, live }: { readonly engine: LazyEngine; readonly live: LiveRuns },
): Promise<void> {
  assertTrusted();
  const cronium = await engine.get();
  const targets = runTargets(rows);
  if (targets.length > 0) {
    await Promise.all(
      targets
        .map(({ run, servers }) => ({ run: cronium.findRun(run), servers }))
        // A row may be older than the end that it does not show yet.
        .filter(({ run }) => isActive(run))
        .map(({ run, servers }) => live.cancel(run, servers ? { servers } : {})),
    );
    return;
  }
  const active = cronium.runs().filter(isActive);
  const [only] = active;
  const options = { placeHolder: l10n.t('Choose the run to cancel'), isOffered: isActive };
  const run = active.length === 1 ? only : await findRun(undefined, cronium, options);
  if (run) await live.cancel(run);
  else void window.showInformationMessage(l10n.t('No run goes on'));
}
