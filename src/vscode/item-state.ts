import { lineText } from './plain-text.ts';

/** What the status bar's item tells. */
export interface ItemState {
  readonly text: string;
  readonly tooltip: string;
  readonly spoken: string;
}

/** Events that the tooltip names. */
const NAMED_EVENTS = 10;

/** The status bar's item; undefined: there is nothing to tell, and nothing to be paused. */
export function itemState(state: {
  /** Names of the events that run. */
  readonly running: readonly string[];
  /** Run on save is paused. */
  readonly isPaused: boolean;
  /** Some event may run on save. */
  readonly isAnyApproved: boolean;
}): ItemState | undefined {
  const { running, isPaused } = state;
  if (running.length === 0 && !isPaused && !state.isAnyApproved) return undefined;
  const count = running.length === 1 ? '1 run goes on' : `${running.length} runs go on`;
  const onSave = isPaused ? 'Run on save is paused' : state.isAnyApproved ? 'Run on save is on' : undefined;
  const said = [...(running.length > 0 ? [count] : []), ...(onSave ? [onSave] : [])];
  const names = running.slice(0, NAMED_EVENTS).map(lineText);
  const more = running.length > NAMED_EVENTS ? [`and ${running.length - NAMED_EVENTS} more`] : [];
  return {
    text:
      running.length > 0 ? `$(sync~spin) ${running.length}` : isPaused ? '$(debug-pause) Cronium' : '$(zap) Cronium',
    tooltip: [`Cronium: ${said.join(' · ')}`, ...names, ...more].join('\n'),
    spoken: `Cronium: ${said.join(', ')}`,
  };
}
