import { commands, l10n, type QuickPickItem, window } from 'vscode';
import { COMMANDS, type CommandName, VIEWS } from '../../contributions.ts';
import { lineText } from '../../plain-text.ts';
import { type MenuState, menuEntries } from './menu-entries.ts';

interface Item extends QuickPickItem {
  readonly command: string;
}

const LABELS: Readonly<Record<ReturnType<typeof menuEntries>[number], string>> = {
  showRuns: l10n.t('Show Runs'),
  cancelRun: l10n.t('Cancel Run…'),
  rerunLast: l10n.t('Rerun Last'),
  rerunFailed: l10n.t('Rerun Failed Servers'),
  pauseRunOnSave: l10n.t('Pause Run on Save'),
  resumeRunOnSave: l10n.t('Resume Run on Save'),
  showDiagnostics: l10n.t('Show Extension Log'),
};

/** "Show Menu": what the status bar's item offers. */
export async function showMenu(state: MenuState): Promise<void> {
  const items = menuEntries(state).map((entry): Item => {
    const command = entry === 'showRuns' ? `${VIEWS.runs}.focus` : COMMANDS[entry satisfies CommandName];
    const names = entry === 'cancelRun' ? { description: lineText(state.running.join(', ')) } : {};
    return { label: LABELS[entry], command, ...names };
  });
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('What shall Cronium do?') });
  if (chosen) await commands.executeCommand(chosen.command);
}
