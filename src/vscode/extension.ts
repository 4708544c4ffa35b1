import { type ExtensionContext, window, workspace } from 'vscode';
import { refresh } from './commands/refresh.ts';
import { registerCommands } from './commands/register.ts';
import { LazyEngine } from './engine.ts';
import { explain } from './explain.ts';
import { openEngine } from './host/open-engine.ts';
import { editorPrompts } from './host/prompts.ts';
import { LiveRuns } from './live-runs.ts';
import { RunOutput } from './output/run-output.ts';
import { createRunningItem } from './running-item.ts';
import { RunOnSave } from './triggers/run-on-save.ts';
import { watchScripts } from './views/script-watcher.ts';
import { createTrees } from './views/trees.ts';

/** The one thing that outlives `activate`: the editor calls `deactivate` without anything to go by. */
let leave: (() => Promise<void>) | undefined;

/** Registers what the editor may call. Cheap: the engine is loaded when it is first needed. */
export function activate(context: ExtensionContext): void {
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push({ dispose: () => part[Symbol.dispose]() });
    return part;
  };
  const log = window.createOutputChannel('Cronium Log', { log: true });
  context.subscriptions.push(log);
  const output = own(new RunOutput(window.createOutputChannel('Cronium')));
  const prompts = editorPrompts();
  const engine = new LazyEngine(() => openEngine(context.extensionPath, { prompts, log: (line) => log.info(line) }));
  const live = new LiveRuns(engine, output);
  const deps = { engine, live, output, memory: context.workspaceState };

  const comeBack = (): void => void refresh(deps).catch((error: unknown) => explain(error, log));
  const trees = own(createTrees(engine, { onRunsSeen: comeBack }));
  const runOnSave = own(new RunOnSave(deps, log));
  own(createRunningItem(live));
  own(watchScripts(() => trees.refreshEvents()));
  context.subscriptions.push(
    ...registerCommands({ ...deps, trees, runOnSave, log }),
    workspace.onDidChangeWorkspaceFolders(() => trees.refreshEvents()),
    workspace.onDidGrantWorkspaceTrust(() => trees.refreshAll()),
    // Runs may have been started in a terminal meanwhile.
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) trees.refreshFacts();
    }),
  );
  leave = async () => {
    await live[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  };
}

/** Leaves the runs to their servers. */
export async function deactivate(): Promise<void> {
  await leave?.();
}
