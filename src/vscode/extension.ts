import { type ExtensionContext, window, workspace } from 'vscode';
import { type CroniumApi, createApi } from './api.ts';
import { registerCommands } from './commands/register.ts';
import { comeBack } from './commands/run/refresh.ts';
import { registerServers } from './commands/servers/servers.ts';
import { SETTINGS } from './contributions.ts';
import { registerDocuments } from './documents/documents.ts';
import { LazyEngine } from './engine.ts';
import { EventIndex } from './event-index.ts';
import { explain } from './explain.ts';
import { findWorkspaceEvents } from './find-events.ts';
import { openEngine } from './host/open-engine.ts';
import { editorPrompts } from './host/prompts.ts';
import { rememberedSecrets } from './host/secrets.ts';
import { editorVault } from './host/vault.ts';
import { registerLanguage } from './language/language.ts';
import { LiveRuns } from './live-runs.ts';
import { createRunOutput } from './output/create-output.ts';
import { noticeText } from './plain-text.ts';
import { pruneInIdle } from './retention.ts';
import { createRunningItem } from './running-item.ts';
import { registerTasks } from './tasks/tasks.ts';
import { RunOnSave } from './triggers/run-on-save.ts';
import { watchScripts } from './views/script-watcher.ts';
import { createTrees } from './views/trees.ts';

/** The one thing that outlives `activate`: the editor calls `deactivate` without anything to go by. */
let leave: (() => Promise<void>) | undefined;

/** Registers what the editor and other extensions may call. Cheap: the engine is loaded when it is first needed. */
export function activate(context: ExtensionContext): CroniumApi {
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push({ dispose: () => part[Symbol.dispose]() });
    return part;
  };
  const log = window.createOutputChannel('Cronium Log', { log: true });
  context.subscriptions.push(log);
  const secrets = rememberedSecrets(context.secrets);
  const prompts = editorPrompts({ remembered: secrets, onProblem: (message) => log.warn(message) });
  const vault = editorVault(context.secrets);
  const engine = new LazyEngine(() =>
    openEngine(context.extensionPath, {
      prompts,
      vault,
      recallSecret: secrets.find,
      log: (line) => log.info(line),
    }),
  );
  const memory = context.workspaceState;
  const output = own(createRunOutput(engine));
  const live = new LiveRuns(engine, output);
  const events = new EventIndex(findWorkspaceEvents);

  const takeUp = (): void => void comeBack(base).catch((error: unknown) => explain(error, log));
  const trees = own(createTrees({ engine, live, events, memory, onRunsSeen: takeUp }));
  const base = { engine, live, output, memory, events, prompts, secrets, trees, log };
  const runOnSave = own(new RunOnSave(base, log));
  const documents = own(registerDocuments({ engine, storage: context.globalStorageUri }));
  const deps = { ...base, runOnSave, documents };
  own(createRunningItem(deps));
  own(watchScripts(() => events.touch()));
  own(pruneInIdle(engine, log));
  own(registerServers(base));
  own(engine.onDidOpen(takeUp));
  own(
    engine.onDidOpen(() => {
      for (const notice of engine.opened?.notices ?? []) {
        log.warn(notice);
        void window.showWarningMessage(noticeText(notice));
      }
    }),
  );
  own(registerTasks(deps));
  context.subscriptions.push(
    registerLanguage(deps),
    ...registerCommands(deps),
    workspace.onDidChangeWorkspaceFolders(() => events.touch()),
    workspace.onDidGrantWorkspaceTrust(() => {
      trees.refreshAll();
      if (engine.opened) takeUp();
    }),
    workspace.onDidChangeConfiguration((change) => {
      if ([SETTINGS.servers, SETTINGS.groups].some((name) => change.affectsConfiguration(name))) trees.refreshFacts();
    }),
  );
  leave = async () => {
    await live[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  };
  return own(createApi(deps)).api;
}

/** Leaves the runs to their servers. */
export async function deactivate(): Promise<void> {
  await leave?.();
}
