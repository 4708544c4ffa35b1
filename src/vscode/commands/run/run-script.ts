import { workspace } from 'vscode';
import { Stopped } from '../../../domain/errors.ts';
import type { ScriptEvent, ScriptFile } from '../../../domain/event.ts';
import type { EditorScript } from '../../host/documents.ts';
import { placeOf } from '../../host/place.ts';
import { assertTrusted } from '../../host/trust.ts';
import { rememberScript } from '../../recent-scripts.ts';
import type { Trees } from '../../views/trees.ts';
import { askInputs } from './ask-inputs.ts';
import { settleInterpreter } from './ask-interpreter.ts';
import { pickServers } from './pick-servers.ts';
import { type PlanRequest, planScript } from './plan-script.ts';
import { rememberRequest } from './run-requests.ts';
import { type StartDeps, type StartedRun, startRun } from './start-run.ts';

/** What it takes to run a script because a person says so. */
export interface RunDeps extends StartDeps {
  /** What logins ask; it waits while something else is asked. */
  readonly prompts: { hold(): Disposable };
  readonly trees: Pick<Trees, 'areRunsVisible' | 'refreshEvents'>;
}

/** Where a script is to run: where its event says (asked when it says nothing), where the person says, on these. */
export type Where =
  | { readonly kind: 'event' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'named'; readonly servers: readonly string[] };

/** Runs a script because the person said so: asks what it needs, packs it, starts it. Resolves when it has begun. */
export async function runScript(
  read: EditorScript,
  where: Where,
  deps: RunDeps,
  request: Omit<PlanRequest, 'on'> = {},
): Promise<StartedRun> {
  assertTrusted();
  const script = await settleInterpreter(read, deps);
  const { event } = script.loaded;
  const { assertRunnable } = await import('../../../app/events.ts');
  assertRunnable(script.loaded);
  const on = await chooseServers(event, where, deps);
  const inputs = request.inputs ?? (await askInputs(event, deps));
  const asked = { ...request, ...(inputs ? { inputs } : {}) };
  const plan = await planScript(script, { ...asked, ...(on ? { on } : {}) }, deps);
  const started = await startRun(plan, deps);
  await rememberRequest(deps.memory, plan.id, asked);
  if (!event.declaredAt && !isUntitled(event.script)) {
    await rememberScript(deps.memory, event.script);
    deps.trees.refreshEvents();
  }
  return started;
}

/** It stands only in an editor, and is gone when that is closed. */
function isUntitled({ root, path }: ScriptFile): boolean {
  return workspace.textDocuments.some((document) => {
    if (!document.isUntitled) return false;
    const place = placeOf(document.uri);
    return place.root === root && place.path === path;
  });
}

async function chooseServers(event: ScriptEvent, where: Where, deps: RunDeps): Promise<readonly string[] | undefined> {
  if (where.kind === 'named') return where.servers;
  if (where.kind === 'event' && event.servers.length > 0) return undefined;
  const chosen = await pickServers(event, deps);
  if (!chosen) throw new Stopped('user');
  return chosen;
}
