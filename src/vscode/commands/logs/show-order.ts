import { ConfigurationTarget, workspace } from 'vscode';
import { SETTINGS } from '../../contributions.ts';
import { logMode } from '../../host/settings.ts';
import type { LogDeps } from './logs.ts';
import { showAgain } from './show-log.ts';

/** "Show Logs by Server" and "Show Logs Interleaved": from now on, and the run that was shown last at once. */
export async function showOrder(mode: ReturnType<typeof logMode>, deps: LogDeps): Promise<void> {
  if (logMode() !== mode) await workspace.getConfiguration().update(SETTINGS.logMode, mode, placeOfSetting());
  const { last } = deps.output;
  if (last) await showAgain((await deps.engine.get()).findRun(last.id), deps);
}

/** Where the setting is set now: what the user's settings say would not count below a workspace that says something else. */
function placeOfSetting(): ConfigurationTarget {
  const found = workspace.getConfiguration().inspect(SETTINGS.logMode);
  return found?.workspaceValue === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
}
