import type { Problem } from '../domain/event.ts';
import type { EventDocument, Fix, TextEdit } from './document.ts';
import { isSameKey } from './outline.ts';
import { eventAt, fieldsOf, type Sheet, sheetOf } from './sheet.ts';
import { splitLines } from './source.ts';

/** The ways to repair a problem of this very text. */
export function fixProblem(document: EventDocument, problem: Problem): readonly Fix[] {
  const { line, column, endColumn, suggestion, missing } = problem;
  const replaced =
    suggestion === undefined
      ? []
      : [{ title: `Change to ${suggestion}`, edits: [{ line, column, endLine: line, endColumn, text: suggestion }] }];
  const edit = missing?.kind === 'input' ? declareInput(document, problem.line, missing.name) : undefined;
  const declared = missing && edit ? [{ title: `Add the input "${missing.name}"`, edits: [edit] }] : [];
  return [...replaced, ...declared];
}

/** Adds an input under the `inputs` of the event that a line belongs to; undefined where it is written in braces. */
function declareInput(document: EventDocument, line: number, id: string): TextEdit | undefined {
  const sheet = sheetOf(document);
  const event = sheet && eventAt(sheet, line);
  const fields = sheet && event ? fieldsOf(sheet, event).filter(({ range }) => range.line > event.range.line) : [];
  const inputs = fields.find(({ text }) => text === 'inputs');
  // Above the field that asks for it, or as the first of those that are there.
  const field = inputs ?? fields.findLast(({ range }) => range.line <= line);
  const raw = field && splitLines(document.text)[field.range.line - 1];
  if (!sheet || !field || raw === undefined) return undefined;
  const margin = raw.slice(0, field.range.column - 1);
  if (!inputs) return insertion(field.range.line, `${margin}inputs:\n${margin}  ${id}: ${id}\n`);
  if (raw.slice(inputs.range.endColumn - 1).trim() !== ':') return undefined;
  return insertion(inputs.range.line + 1, `${firstMargin(sheet, document, inputs) ?? `${margin}  `}${id}: ${id}\n`);
}

function firstMargin(
  sheet: Sheet,
  { text }: EventDocument,
  inputs: Parameters<typeof isSameKey>[0],
): string | undefined {
  const first = sheet.keys.find(({ parent }) => parent !== undefined && isSameKey(parent, inputs));
  return first && splitLines(text)[first.range.line - 1]?.slice(0, first.range.column - 1);
}

function insertion(line: number, text: string): TextEdit {
  return { line, column: 1, endLine: line, endColumn: 1, text };
}
