/** What decides which entries the menu of the status bar has. */
export interface MenuState {
  /** Names of the events that run now. */
  readonly running: readonly string[];
  readonly isTrusted: boolean;
  readonly isRunOnSavePaused: boolean;
}

export type MenuEntry =
  | 'showRuns'
  | 'cancelRun'
  | 'rerunLast'
  | 'rerunFailed'
  | 'pauseRunOnSave'
  | 'resumeRunOnSave'
  | 'showDiagnostics';

/** The entries of the status bar's menu, the most likely first. */
export function menuEntries({ running, isTrusted, isRunOnSavePaused }: MenuState): readonly MenuEntry[] {
  if (!isTrusted) return ['showRuns', 'showDiagnostics'];
  const pause = isRunOnSavePaused ? 'resumeRunOnSave' : 'pauseRunOnSave';
  const runs: readonly MenuEntry[] = running.length > 0 ? ['cancelRun', 'showRuns'] : ['showRuns'];
  const order: readonly MenuEntry[] = isRunOnSavePaused ? [pause, ...runs] : [...runs];
  return [...order, 'rerunLast', 'rerunFailed', ...(isRunOnSavePaused ? [] : ([pause] as const)), 'showDiagnostics'];
}
