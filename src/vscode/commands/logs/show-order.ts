import { SETTINGS } from '../../contributions.ts';
import { changeSetting, logMode } from '../../host/settings.ts';
import type { LogDeps } from './logs.ts';
import { showAgain } from './show-log.ts';

/** "Show Logs by Server" and "Show Logs Interleaved": from now on, and the run that was shown last at once. */
export async function showOrder(mode: ReturnType<typeof logMode>, deps: LogDeps): Promise<void> {
  if (logMode() !== mode) await changeSetting(SETTINGS.logMode, mode);
  const { last } = deps.output;
  if (last) await showAgain((await deps.engine.get()).findRun(last.id), deps);
}
