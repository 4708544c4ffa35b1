import { StatusBarAlignment, window } from 'vscode';
import { COMMANDS } from './contributions.ts';
import { itemState } from './item-state.ts';
import type { LiveRuns } from './live-runs.ts';
import type { RunOnSave } from './triggers/run-on-save.ts';

/** The status bar's one item: how many runs this window watches, and whether run on save is paused. */
export function createRunningItem({
  live,
  runOnSave,
}: {
  readonly live: LiveRuns;
  readonly runOnSave: RunOnSave;
}): Disposable {
  const item = window.createStatusBarItem('cronium.running', StatusBarAlignment.Left);
  item.name = 'Cronium';
  item.command = COMMANDS.showMenu;
  const show = (): void => {
    const { isPaused, isAnyApproved } = runOnSave;
    const state = itemState({ running: live.names, isPaused, isAnyApproved });
    if (!state) return item.hide();
    item.text = state.text;
    item.tooltip = state.tooltip;
    item.accessibilityInformation = { label: state.spoken, role: 'button' };
    item.show();
  };
  const changes = [live.onDidChange(show), runOnSave.onDidChange(show)];
  show();
  return {
    [Symbol.dispose]: () => {
      for (const one of changes) one[Symbol.dispose]();
      item.dispose();
    },
  };
}
