import { StatusBarAlignment, window } from 'vscode';
import { VIEWS } from './contributions.ts';
import type { LiveRuns } from './live-runs.ts';
import { lineText } from './plain-text.ts';

/** The status bar's item: how many runs this window watches; there while there are any. */
export function createRunningItem(live: LiveRuns): Disposable {
  const item = window.createStatusBarItem('cronium.running', StatusBarAlignment.Left);
  item.name = 'Cronium Runs';
  item.command = `${VIEWS.runs}.focus`;
  const show = (): void => {
    const names = live.names.map(lineText);
    if (names.length === 0) return item.hide();
    const count = names.length === 1 ? '1 run goes on' : `${names.length} runs go on`;
    item.text = `$(sync~spin) ${names.length}`;
    item.tooltip = `Cronium: ${count}\n${names.join('\n')}`;
    item.accessibilityInformation = { label: `Cronium: ${count}`, role: 'button' };
    item.show();
  };
  const changes = live.onDidChange(show);
  return {
    [Symbol.dispose]: () => {
      changes[Symbol.dispose]();
      item.dispose();
    },
  };
}
