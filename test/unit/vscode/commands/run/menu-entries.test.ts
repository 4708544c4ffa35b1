import { expect, test } from 'vitest';
import { menuEntries } from '../../../../../src/vscode/commands/run/menu-entries.ts';

test('menuEntries() offers what is possible now, the most likely first', () => {
  const idle = { running: [], isTrusted: true, isRunOnSavePaused: false };
  expect([
    menuEntries(idle),
    menuEntries({ ...idle, running: ['Restart web'] }),
    menuEntries({ ...idle, isRunOnSavePaused: true }),
    menuEntries({ ...idle, running: ['Restart web'], isTrusted: false }),
  ]).toEqual([
    ['showRuns', 'rerunLast', 'rerunFailed', 'pauseRunOnSave', 'showDiagnostics'],
    ['cancelRun', 'showRuns', 'rerunLast', 'rerunFailed', 'pauseRunOnSave', 'showDiagnostics'],
    ['resumeRunOnSave', 'showRuns', 'rerunLast', 'rerunFailed', 'showDiagnostics'],
    ['showRuns', 'showDiagnostics'],
  ]);
});
