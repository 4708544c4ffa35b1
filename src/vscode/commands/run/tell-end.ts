import { commands, l10n, window } from 'vscode';
import { sentence } from '../../../domain/errors.ts';
import { type RunRecord, runStatus } from '../../../domain/run.ts';
import { COMMANDS, SETTINGS } from '../../contributions.ts';
import { runOf } from '../../documents/run-uri.ts';
import { changeSetting, notifySetting, revealSetting } from '../../host/settings.ts';
import { noticeText, statusText } from '../../plain-text.ts';
import { runRow } from '../../views/runs.ts';
import { describeEnd, isRevealed, noticeFor, quieterPolicy, type Sight } from './notice.ts';
import { failedServers, isActive } from './run-targets.ts';
import type { StartDeps } from './start-run.ts';
import { takeUntold } from './untold-runs.ts';

/** How long an end that is told in passing stays in the status bar. */
const SHOWN_MS = 5_000;

/** Tells how a run ended, unless that was told or it goes on. */
export async function tellUntold(id: string, deps: StartDeps): Promise<void> {
  const run = (await deps.engine.get()).runs().find((one) => one.id === id);
  if (run && isActive(run)) return;
  if ((await takeUntold(deps.memory, id)) && run) tellEnd(run, deps);
}

/** In passing to a person who has it before their eyes, else in one notification for all its servers. */
function tellEnd(run: RunRecord, deps: StartDeps): void {
  const status = runStatus(run.jobs.map(({ outcome }) => outcome));
  if (status === 'running') return;
  // Asked before the output is shown: a notice for those who looked elsewhere until now.
  const notice = noticeFor(status, { policy: notifySetting(), sight: look(run, deps) });
  if (isRevealed(revealSetting(run.trigger), status)) deps.output.reveal(run);
  const message = describeEnd(run, status);
  if (notice === 'passing') {
    const icon = status === 'success' ? 'pass' : status === 'cancelled' ? 'circle-slash' : 'error';
    window.setStatusBarMessage(`$(${icon}) ${statusText(message)}`, SHOWN_MS);
    return;
  }
  // Not waited for: a notification may stand for hours.
  void offer(run, notice, message);
}

function look(run: RunRecord, { output, trees }: StartDeps): Sight {
  return {
    isWindowFocused: window.state.focused,
    isRunVisible: trees.areRunsVisible || output.isVisible(run) || isDocumentVisible(run),
  };
}

/** The run document stands in an editor that can be seen. */
function isDocumentVisible({ id }: RunRecord): boolean {
  return window.visibleTextEditors.some(({ document }) => runOf(document.uri) === id);
}

async function offer(run: RunRecord, notice: 'warning' | 'information', message: string): Promise<void> {
  const showLog = l10n.t('Show Log');
  const rerunFailed = l10n.t('Rerun Failed');
  const quieter = notice === 'information' ? l10n.t('Only Failures') : l10n.t("Don't Show Again");
  const buttons = failedServers(run).length > 0 ? [showLog, rerunFailed, quieter] : [showLog, quieter];
  const chosen =
    notice === 'warning'
      ? await window.showWarningMessage(message, ...buttons)
      : await window.showInformationMessage(message, ...buttons);
  // Through the commands: what goes wrong there is told there.
  if (chosen === showLog) await commands.executeCommand(COMMANDS.showLog, runRow(run));
  if (chosen === rerunFailed) await commands.executeCommand(COMMANDS.rerunFailed, runRow(run));
  if (chosen === quieter) await quieten(notice);
}

async function quieten(notice: 'warning' | 'information'): Promise<void> {
  try {
    await changeSetting(SETTINGS.notify, quieterPolicy(notice));
  } catch (error) {
    // The settings file may be broken or read-only: the editor's words say what to do.
    void window.showErrorMessage(noticeText(sentence(error)));
  }
}
