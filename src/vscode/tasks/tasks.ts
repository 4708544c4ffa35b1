import { CustomExecution, type LogOutputChannel, Task, TaskScope, tasks, workspace } from 'vscode';
import type { RunDeps } from '../commands/run/run-script.ts';
import type { EventIndex } from '../event-index.ts';
import { explain } from '../explain.ts';
import { rootOf } from '../host/place.ts';
import { lineText } from '../plain-text.ts';
import { runTask, type Scope } from './run-task.ts';
import { RunTerminal } from './run-terminal.ts';
import { parseTask, type RunTask } from './task-definition.ts';

/** As `contributes.taskDefinitions` names it. */
const TYPE = 'cronium';

/** As `contributes.problemMatchers` names it. */
const MATCHER = '$cronium';

export interface TaskDeps extends RunDeps {
  readonly events: EventIndex;
  readonly log: LogOutputChannel;
}

/** Makes every event a task, and runs the tasks of the type `cronium` that people write. */
export function registerTasks(deps: TaskDeps): Disposable {
  const provider = tasks.registerTaskProvider(TYPE, {
    provideTasks: () => listTasks(deps),
    // The editor wants the very definition that it asked with.
    resolveTask: ({ definition, scope, name }) => createTask({ definition, scope, name }, deps),
  });
  return { [Symbol.dispose]: () => provider.dispose() };
}

async function listTasks(deps: TaskDeps): Promise<Task[]> {
  const folders = workspace.workspaceFolders ?? [];
  return (await deps.events.get()).flatMap(({ root, events }) => {
    const scope = folders.find(({ uri }) => rootOf(uri) === root);
    return events.map(({ event }) => {
      const definition = { type: TYPE, event: event.id };
      const task = createTask({ definition, scope, name: lineText(event.name) }, deps);
      if (event.description !== undefined) task.detail = lineText(event.description);
      return task;
    });
  });
}

function createTask(
  {
    definition,
    scope,
    name,
  }: { readonly definition: Task['definition']; readonly scope: Scope; readonly name: string },
  deps: TaskDeps,
): Task {
  const execution = new CustomExecution(async (resolved) => openTerminal(resolved, { scope, name }, deps));
  return new Task(definition, scope ?? TaskScope.Workspace, name, TYPE, execution, [MATCHER]);
}

function openTerminal(
  definition: Task['definition'],
  { scope, name }: { readonly scope: Scope; readonly name: string },
  deps: TaskDeps,
): RunTerminal {
  return new RunTerminal({
    name,
    left: deps.live.left,
    work: async (screen) => {
      const task: RunTask = parseTask(definition);
      return await runTask(task, scope, screen, deps);
    },
    report: (error) => explain(error, deps.log),
  });
}
