import { workspace } from 'vscode';
import type { Trees } from '../../views/trees.ts';
import type { StartDeps } from './start-run.ts';
import { tellUntold } from './tell-end.ts';
import { untoldRuns } from './untold-runs.ts';

/** "Refresh": reads all views anew, asks the servers how unfinished runs are, and goes on to follow them. */
export async function refresh(deps: StartDeps & { readonly trees: Pick<Trees, 'refreshAll'> }): Promise<void> {
  deps.trees.refreshAll();
  await comeBack(deps);
}

/**
 * Takes up the runs that were left: by a reload, a crash, another window that is gone. Of those that were begun in this workspace
 * the ends are told. Resolves when all are over, or left again.
 */
export async function comeBack(deps: StartDeps): Promise<void> {
  // Asking means to connect, which is not for an untrusted workspace.
  if (!workspace.isTrusted) return;
  const { engine, live, memory } = deps;
  const cronium = await engine.get();
  // What this window follows is up to date, and nobody else may ask for it.
  if (live.names.length === 0) await cronium.refresh({ signal: live.left });
  const takenUp = await live.comeBack();
  const over = untoldRuns(memory).map((run) => tellUntold(run, deps));
  const goingOn = takenUp.map(async ({ run, ended }) => {
    await ended;
    await tellUntold(run, deps);
  });
  await Promise.all([...over, ...goingOn]);
}
