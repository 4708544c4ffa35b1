import { workspace } from 'vscode';
import type { LazyEngine } from '../engine.ts';
import type { LiveRuns } from '../live-runs.ts';

/** "Refresh": asks the servers how unfinished runs are, and goes on to follow them. */
export async function refresh(deps: { readonly engine: LazyEngine; readonly live: LiveRuns }): Promise<void> {
  // Asking means to connect, which is not for an untrusted workspace.
  if (!workspace.isTrusted) return;
  const cronium = await deps.engine.get();
  // What this window follows is up to date, and nobody else may ask for it.
  if (deps.live.names.length === 0) await cronium.refresh({ signal: deps.live.left });
  await deps.live.comeBack();
}
