import { type CompletionItemProvider, type DocumentSelector, Hover, type HoverProvider, MarkdownString } from 'vscode';
import type { NamedVariables } from '../../app/script-language.ts';
import { CALLING_LANGUAGES } from '../contributions.ts';
import { workspaceFiles } from '../host/workspace-files.ts';
import { toItem } from './completion.ts';
import { eventDocument } from './event-document.ts';
import { positionOf, rangeOf } from './range.ts';

/** Scripts whose calls of `cronium.*` are known: commands of shells, the modules of Python and Node. */
export const CALLING_SCRIPTS: DocumentSelector = [
  'shellscript',
  'zsh',
  'fish',
  'python',
  'javascript',
  ...CALLING_LANGUAGES,
].map((language) => ({ language }));

/** What begins a verb, an argument, an option, a text, a list of names that are imported. */
export const CALL_TRIGGERS = ['.', ' ', '-', '=', '"', "'", '(', '{', ','] as const;

/** Proposes verbs of `cronium.*`, and the names that they take. */
export function callCompletions(names: { variables(): Promise<NamedVariables> }): CompletionItemProvider {
  return {
    provideCompletionItems: async (document, position, token) => {
      const event = eventDocument(document);
      if (!event) return undefined;
      const { completeCallAt } = await import('../../app/script-language.ts');
      const options = { variables: () => names.variables(), files: workspaceFiles() };
      const found = await completeCallAt(event, positionOf(position), options);
      return token.isCancellationRequested ? undefined : found.map(toItem);
    },
  };
}

/** Tells what a verb of `cronium.*` does. */
export const callHovers: HoverProvider = {
  provideHover: async (document, position) => {
    const event = eventDocument(document);
    if (!event) return undefined;
    const { hoverCallAt } = await import('../../app/script-language.ts');
    const hover = hoverCallAt(event, positionOf(position));
    return hover && new Hover(new MarkdownString(hover.markdown), rangeOf(hover.range));
  },
};
