import {
  type DocumentSelector,
  DocumentSymbol,
  FoldingRange,
  languages,
  Range,
  SymbolKind,
  type TextDocument,
} from 'vscode';
import type { RunDocuments } from './run-documents.ts';
import { RUN_SCHEME } from './run-uri.ts';

const SELECTOR: DocumentSelector = { scheme: RUN_SCHEME };

/** Folding and symbols of run documents: a section each server. */
export function registerOutline(documents: RunDocuments): readonly { dispose(): void }[] {
  const sectionsOf = (document: TextDocument) => documents.pageOf(document)?.sections ?? [];
  return [
    languages.registerFoldingRangeProvider(SELECTOR, {
      provideFoldingRanges: (document) =>
        sectionsOf(document)
          .filter(({ firstLine, lastLine }) => lastLine > firstLine)
          .map(({ firstLine, lastLine }) => new FoldingRange(firstLine, lastLine)),
    }),
    languages.registerDocumentSymbolProvider(SELECTOR, {
      provideDocumentSymbols: (document) =>
        sectionsOf(document).map(({ title, isFailed, firstLine, lastLine }) => {
          const heading = document.lineAt(firstLine).range;
          const whole = new Range(heading.start, document.lineAt(lastLine).range.end);
          // Beside the mark in its title: outlines show the kind as an icon, and can be filtered by it.
          const kind = isFailed ? SymbolKind.Event : SymbolKind.Module;
          return new DocumentSymbol(title, '', kind, whole, heading);
        }),
    }),
  ];
}
