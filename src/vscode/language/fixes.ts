import { CodeAction, CodeActionKind, type CodeActionProvider, l10n, type TextDocument, WorkspaceEdit } from 'vscode';
import type { Fix } from '../../app/language.ts';
import type { Problem } from '../../domain/event.ts';
import { COMMANDS } from '../contributions.ts';
import { placeOf, uriOf } from '../host/place.ts';
import { lineText } from '../plain-text.ts';
import { newScript } from '../script-templates.ts';
import type { EventDiagnostics } from './diagnostics.ts';
import { editedRange, rangeOf } from './range.ts';

/** What the editor may expect here. */
export const FIX_KINDS: readonly CodeActionKind[] = [CodeActionKind.QuickFix];

/** Offers what can be done about a problem, where it stands. */
export function eventFixes(diagnostics: EventDiagnostics): CodeActionProvider {
  return {
    provideCodeActions: async (document, range, { diagnostics: shown }) => {
      const found = diagnostics.findingsIn(document);
      if (!found) return undefined;
      const { fixesFor } = await import('../../app/language.ts');
      return found.problems
        .filter((problem) => rangeOf(problem).intersection(range))
        .flatMap((problem) => {
          const actions = [
            ...fixesFor(found.document, problem).map((fix) => editAction(document, fix)),
            ...missingActions(document, problem),
          ];
          const diagnostic = shown.find((one) => one.range.isEqual(rangeOf(problem)));
          for (const action of actions) if (diagnostic) action.diagnostics = [diagnostic];
          const [only] = actions;
          if (only && actions.length === 1) only.isPreferred = true;
          return actions;
        });
    },
  };
}

function editAction(document: TextDocument, fix: Fix): CodeAction {
  const action = new CodeAction(lineText(fix.title), CodeActionKind.QuickFix);
  action.edit = new WorkspaceEdit();
  for (const edit of fix.edits) action.edit.replace(document.uri, editedRange(edit), edit.text);
  return action;
}

function missingActions(document: TextDocument, { missing }: Problem): CodeAction[] {
  if (missing?.kind === 'server') {
    const title = l10n.t('Add the Server “{0}”…', lineText(missing.name));
    const action = new CodeAction(title, CodeActionKind.QuickFix);
    action.command = { command: COMMANDS.addServer, title, arguments: [missing.name] };
    return [action];
  }
  if (missing?.kind === 'script') {
    const title = l10n.t('Create “{0}”', lineText(missing.name));
    const action = new CodeAction(title, CodeActionKind.QuickFix);
    const uri = uriOf({ ...placeOf(document.uri), path: missing.name });
    action.edit = new WorkspaceEdit();
    action.edit.createFile(uri, { ignoreIfExists: true, contents: new TextEncoder().encode(newScript(missing.name)) });
    action.command = { command: 'vscode.open', title, arguments: [uri] };
    return [action];
  }
  return [];
}
