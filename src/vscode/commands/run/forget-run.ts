import { l10n, window } from 'vscode';
import { Stopped } from '../../../domain/errors.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import { noticeText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { isActive, runTargets } from './run-targets.ts';

/** "Remove Run": takes the selected runs that are over from the list, with their logs. */
export async function forgetRun(rows: readonly Row[], { engine }: { readonly engine: LazyEngine }): Promise<void> {
  assertTrusted();
  const cronium = await engine.get();
  const runs = runTargets(rows).map(({ run }) => cronium.findRun(run));
  const over = runs.filter((run) => !isActive(run));
  const [first] = over;
  if (!first) return;
  const question =
    over.length === 1
      ? l10n.t('Remove the run of “{0}” with its log?', noticeText(first.eventName))
      : l10n.t('Remove {0} runs with their logs?', over.length);
  await confirm(question);
  for (const { id } of over) await cronium.forgetRun(id);
}

/** "Remove Finished Runs…": takes all runs that are over from the list, with their logs. */
export async function clearRuns({ engine }: { readonly engine: LazyEngine }): Promise<void> {
  assertTrusted();
  const cronium = await engine.get();
  if (cronium.runs().every(isActive)) {
    void window.showInformationMessage(l10n.t('There is no finished run'));
    return;
  }
  await confirm(l10n.t('Remove all finished runs with their logs?'));
  const removed = await cronium.prune({ maxRuns: 0, maxAgeMs: 0 });
  void window.setStatusBarMessage(
    removed === 1 ? l10n.t('1 run was removed') : l10n.t('{0} runs were removed', removed),
    5_000,
  );
}

async function confirm(question: string): Promise<void> {
  const remove = l10n.t('Remove');
  const detail = l10n.t('Logs and payloads on this machine are deleted; nothing changes on the servers.');
  const chosen = await window.showWarningMessage(question, { modal: true, detail }, remove);
  if (chosen !== remove) throw new Stopped('user');
}
