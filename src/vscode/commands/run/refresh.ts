import { workspace } from 'vscode';
import type { LazyEngine } from '../../engine.ts';
import type { LiveRuns } from '../../live-runs.ts';
import type { Trees } from '../../views/trees.ts';

/** "Refresh": reads all views anew, asks the servers how unfinished runs are, and goes on to follow them. */
export async function refresh(deps: ComeBackDeps & { readonly trees: Pick<Trees, 'refreshAll'> }): Promise<void> {
  deps.trees.refreshAll();
  await comeBack(deps);
}

export interface ComeBackDeps {
  readonly engine: LazyEngine;
  readonly live: LiveRuns;
}

/** Takes up the runs that were left: by a reload, a crash, another window that is gone. */
export async function comeBack({ engine, live }: ComeBackDeps): Promise<void> {
  // Asking means to connect, which is not for an untrusted workspace.
  if (!workspace.isTrusted) return;
  const cronium = await engine.get();
  // What this window follows is up to date, and nobody else may ask for it.
  if (live.names.length === 0) await cronium.refresh({ signal: live.left });
  await live.comeBack();
}
