import { isAbsolute } from 'node:path';
import { type TaskScope, Uri, type WorkspaceFolder } from 'vscode';
import { exitCode } from '../../app/exit-code.ts';
import { CroniumError, Stopped } from '../../domain/errors.ts';
import type { ScriptEvent } from '../../domain/event.ts';
import { askInputs } from '../commands/run/ask-inputs.ts';
import { pickServers } from '../commands/run/pick-servers.ts';
import { planQuietly } from '../commands/run/plan-script.ts';
import type { RunDeps } from '../commands/run/run-script.ts';
import { startRun } from '../commands/run/start-run.ts';
import { type EditorScript, readEvent } from '../host/documents.ts';
import { openFolders, placeOf, rootOf } from '../host/place.ts';
import { assertTrusted } from '../host/trust.ts';
import { workspaceFiles } from '../host/workspace-files.ts';
import type { Screen } from './run-terminal.ts';
import type { RunTask } from './task-definition.ts';

/** Where a task stands: the folder of its `tasks.json`, or the whole workspace. */
export type Scope = WorkspaceFolder | TaskScope | undefined;

/**
 * Runs a task as a person would run its script: what is not said is asked, protected servers are confirmed, the run is in the
 * list. Resolves with its exit code when it is over. Throws `CroniumError` and `Stopped` before anything has run.
 */
export async function runTask(task: RunTask, scope: Scope, screen: Screen, deps: RunDeps): Promise<number> {
  assertTrusted();
  const script = await findScript(task, scope, screen.signal);
  const { event } = script.loaded;
  const { assertRunnable } = await import('../../app/events.ts');
  assertRunnable(script.loaded);
  const on = task.servers ?? (await chooseServers(event, deps));
  const inputs = await askInputs(event, deps);
  screen.signal.throwIfAborted();
  const { args, env, input } = task;
  const request = {
    trigger: 'task' as const,
    ...(on ? { on } : {}),
    ...(inputs ? { inputs } : {}),
    ...(args ? { args } : {}),
    ...(env ? { env } : {}),
    ...(input === undefined ? {} : { input }),
  };
  const plan = await planQuietly(script, request, { engine: deps.engine, signal: screen.signal });
  const started = await startRun(plan, deps, { view: screen.begin(plan), cancel: screen.signal });
  await started.ended;
  const { jobs } = (await deps.engine.get()).findRun(started.id);
  return exitCode(jobs.map(({ outcome }) => outcome));
}

async function findScript({ what }: RunTask, scope: Scope, signal: AbortSignal): Promise<EditorScript> {
  if (what.kind === 'script' && isAbsolute(what.name)) return await readEvent({ script: placeOf(Uri.file(what.name)) });
  const root = rootOfScope(scope);
  if (root === undefined) {
    throw new CroniumError('usage/task', `Cannot run the task "${what.name}": no folder is open in which it could be`);
  }
  if (what.kind === 'script') return await readEvent({ script: { root, path: what.name.replaceAll('\\', '/') } });
  const { findEvent } = await import('../../app/events.ts');
  const { event } = await findEvent(root, what.name, { signal, files: workspaceFiles() });
  return await readEvent({ id: event.id, script: event.script });
}

function rootOfScope(scope: Scope): string | undefined {
  return typeof scope === 'object' ? rootOf(scope.uri) : openFolders()[0]?.root;
}

async function chooseServers(event: ScriptEvent, deps: RunDeps): Promise<readonly string[] | undefined> {
  if (event.servers.length > 0) return undefined;
  const chosen = await pickServers(event, deps);
  if (!chosen) throw new Stopped('user');
  return chosen;
}
