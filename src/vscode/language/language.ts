import { Disposable, type LogOutputChannel, languages, workspace } from 'vscode';
import { SETTINGS } from '../contributions.ts';
import type { LazyEngine } from '../engine.ts';
import { CALL_TRIGGERS, CALLING_SCRIPTS, callCompletions, callHovers } from './calls.ts';
import { COMPLETION_TRIGGERS, eventCompletions } from './completion.ts';
import { EventDiagnostics } from './diagnostics.ts';
import { EVENT_DOCUMENTS } from './event-document.ts';
import { eventFixes, FIX_KINDS } from './fixes.ts';
import { eventHovers } from './hover.ts';
import { EventLenses } from './lenses.ts';
import { ServerNames } from './names.ts';

/** Gives header blocks and `cronium.yaml` problems, fixes, completion, hovers and lenses, and scripts the verbs of `cronium.*`. */
export function registerLanguage(deps: { readonly engine: LazyEngine; readonly log: LogOutputChannel }): Disposable {
  const names = new ServerNames(deps.engine, deps.log);
  const diagnostics = new EventDiagnostics(names, (error) =>
    deps.log.error(error instanceof Error ? error : `${error}`),
  );
  const lenses = new EventLenses(deps.engine);
  const refresh = (): void => {
    names.forget();
    diagnostics.checkAll();
  };
  const opened = deps.engine.onDidOpen(refresh);
  return Disposable.from(
    diagnostics,
    lenses,
    workspace.onDidChangeConfiguration((change) => {
      if ([SETTINGS.servers, SETTINGS.groups].some((setting) => change.affectsConfiguration(setting))) refresh();
    }),
    new Disposable(() => opened[Symbol.dispose]()),
    languages.registerCompletionItemProvider(EVENT_DOCUMENTS, eventCompletions(names), ...COMPLETION_TRIGGERS),
    languages.registerHoverProvider(EVENT_DOCUMENTS, eventHovers),
    languages.registerCompletionItemProvider(CALLING_SCRIPTS, callCompletions(names), ...CALL_TRIGGERS),
    languages.registerHoverProvider(CALLING_SCRIPTS, callHovers),
    languages.registerCodeActionsProvider(EVENT_DOCUMENTS, eventFixes(diagnostics), {
      providedCodeActionKinds: FIX_KINDS,
    }),
    languages.registerCodeLensProvider(EVENT_DOCUMENTS, lenses),
  );
}
