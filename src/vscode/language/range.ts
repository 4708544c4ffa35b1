import { type Position, Range } from 'vscode';
import type { TextEdit } from '../../app/language.ts';

/** A part of a line that counts from 1, as the editor counts. */
export function rangeOf(part: { readonly line: number; readonly column: number; readonly endColumn: number }): Range {
  return new Range(part.line - 1, part.column - 1, part.line - 1, part.endColumn - 1);
}

export function editedRange({ line, column, endLine, endColumn }: TextEdit): Range {
  return new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

/** The editor's position as the language functions count. */
export function positionOf({ line, character }: Position): { readonly line: number; readonly column: number } {
  return { line: line + 1, column: character + 1 };
}
