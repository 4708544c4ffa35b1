import { type Memento, ProgressLocation, window } from 'vscode';
import { Stopped } from '../../domain/errors.ts';
import type { RunPlan } from '../../domain/run.ts';
import { signalFrom } from '../cancellation.ts';
import type { LazyEngine } from '../engine.ts';
import type { EditorScript } from '../host/documents.ts';
import { assertTrusted } from '../host/trust.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { RunOutput } from '../output/run-output.ts';
import { noticeText } from '../plain-text.ts';
import { pickServers } from './pick-servers.ts';
import { tellEnd } from './tell-end.ts';

export interface RunDeps {
  readonly engine: LazyEngine;
  readonly live: LiveRuns;
  readonly output: RunOutput;
  /** What the editor remembers for this workspace. */
  readonly memory: Memento;
}

/** Where a script is to run: where its header says (asked when it says nothing), where the person says, on these. */
export type Where =
  | { readonly kind: 'header' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'named'; readonly servers: readonly string[] };

/** Runs a script because the person said so, shows its lines, and tells how it ended. */
export async function runScript(script: EditorScript, where: Where, deps: RunDeps): Promise<void> {
  assertTrusted();
  const { assertRunnable } = await import('../../app/events.ts');
  assertRunnable(script.loaded);
  const on = await chooseServers(script, where, deps);
  const plan = await planScript(script, on, deps.engine);
  deps.output.reveal();
  const status = await deps.live.start(plan);
  void tellEnd(plan.id, status, { cronium: await deps.engine.get(), output: deps.output });
}

/** Packs the script and finds its servers, with progress in the status bar; `on` replaces the header's servers. */
export async function planScript(
  { loaded, text }: EditorScript,
  on: readonly string[] | undefined,
  engine: LazyEngine,
): Promise<RunPlan> {
  const title = `Cronium: preparing “${noticeText(loaded.event.name)}”`;
  return await window.withProgress({ location: ProgressLocation.Window, title }, async (_progress, token) => {
    using stop = signalFrom(token);
    const cronium = await engine.get();
    const options = { ...(on ? { on } : {}), ...(text === undefined ? {} : { text }), signal: stop.signal };
    return await cronium.plan(loaded.event, options);
  });
}

async function chooseServers(
  { loaded: { event } }: EditorScript,
  where: Where,
  deps: RunDeps,
): Promise<readonly string[] | undefined> {
  if (where.kind === 'named') return where.servers;
  if (where.kind === 'header' && event.servers.length > 0) return undefined;
  const chosen = await pickServers(event, deps);
  if (!chosen) throw new Stopped('user');
  return chosen;
}
