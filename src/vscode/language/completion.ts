import {
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  CompletionTriggerKind,
  extensions,
  MarkdownString,
  type Position,
  Range,
  SnippetString,
  type TextDocument,
} from 'vscode';
import type { KnownNames, Suggestion } from '../../app/language.ts';
import { workspaceFiles } from '../host/workspace-files.ts';
import { eventDocument, isDeclarations } from './event-document.ts';
import type { ServerNames } from './names.ts';
import { positionOf, rangeOf } from './range.ts';

/** What begins a key, a value, a list entry, a group, a variable. */
export const COMPLETION_TRIGGERS = [' ', ':', '-', '@', '$', '{'] as const;

const KINDS: Readonly<Record<Suggestion['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  server: CompletionItemKind.Constant,
  variable: CompletionItemKind.Variable,
  file: CompletionItemKind.File,
  header: CompletionItemKind.Snippet,
  verb: CompletionItemKind.Function,
};

/** Where headers are written; a comment below is about code. */
const MAX_HEADER_LINE = 300;

const NO_NAMES: KnownNames = { servers: [], groups: {} };

/** Proposes what can be written in a header and in `cronium.yaml`. */
export function eventCompletions(names: ServerNames): CompletionItemProvider {
  return {
    provideCompletionItems: async (document, position, token, { triggerKind }) => {
      if (!mayComplete(document, position)) return undefined;
      const event = eventDocument(document);
      if (!event) return undefined;
      const { completeAt, speaksOfEvents } = await import('../../app/language.ts');
      // A comment of any script may become a header; the engine is opened for one that is.
      const known = speaksOfEvents(event) ? await names.get() : undefined;
      if (token.isCancellationRequested) return undefined;
      const isCovered = isDeclarations(document.uri) && hasYamlSupport();
      const found = await completeAt(event, positionOf(position), known ?? NO_NAMES, { files: workspaceFiles() });
      return (
        found
          // The schema's keys and values come from there already.
          .filter(({ kind }) => !isCovered || (kind !== 'field' && kind !== 'value'))
          // Whoever begins a comment does not ask for a header: the next Enter would take it.
          .filter(({ kind }) => kind !== 'header' || triggerKind === CompletionTriggerKind.Invoke)
          .map(toItem)
      );
    },
  };
}

/** Says whether the extension that knows schemas of YAML files is there: it has ours, and says what the schema says. */
export function hasYamlSupport(): boolean {
  return extensions.getExtension('redhat.vscode-yaml') !== undefined;
}

/** Blanks and dashes are typed all day: only a comment near the beginning of a script is worth a look. */
function mayComplete(document: TextDocument, position: Position): boolean {
  if (isDeclarations(document.uri)) return true;
  if (position.line > MAX_HEADER_LINE) return false;
  if (/^\s*(#|\/\/|--|\*)/.test(document.lineAt(position.line).text)) return true;
  const before = document.getText(new Range(0, 0, position.line, position.character));
  return before.lastIndexOf('/*') > before.lastIndexOf('*/');
}

/** A proposal as the editor takes it; `index`: its place among the others. */
export function toItem(suggestion: Suggestion, index: number): CompletionItem {
  const item = new CompletionItem(suggestion.label, KINDS[suggestion.kind]);
  item.insertText = new SnippetString(suggestion.insertText);
  item.keepWhitespace = true;
  item.range = rangeOf(suggestion.range);
  // As they come: the most used first.
  item.sortText = String(index).padStart(4, '0');
  if (suggestion.detail !== undefined) item.detail = suggestion.detail;
  if (suggestion.documentation !== undefined) item.documentation = new MarkdownString(suggestion.documentation);
  return item;
}
