import { variablesIn } from '../domain/variable.ts';
import type { EventDocument, Hover, Position } from './document.ts';
import { fieldKey, keyAt, sheetOf, wordsAt } from './sheet.ts';
import { splitLines } from './source.ts';
import { tellField, tellVariable } from './tell.ts';

/** What the field or the variable at a position means. */
export function hoverOf(document: EventDocument, position: Position): Hover | undefined {
  const sheet = sheetOf(document);
  if (!sheet?.lines.some(({ number }) => number === position.line)) return undefined;
  const key = keyAt(sheet, position);
  const field = fieldKey(sheet, key);
  if (!key || !field) return variableHover(document, position);
  const name = field.path.at(-1);
  if (name === undefined) return undefined;
  const words = wordsAt(sheet, field.path.slice(0, -1));
  const told = words && Object.hasOwn(words, name) ? words[name] : undefined;
  return told && { markdown: tellField(told), range: key.range };
}

function variableHover({ text }: EventDocument, { line, column }: Position): Hover | undefined {
  const raw = splitLines(text)[line - 1] ?? '';
  const use = variablesIn(raw).find(({ index, length }) => index < column && column <= index + length + 1);
  const markdown = use?.isClosed ? tellVariable(use.name) : undefined;
  if (!use || markdown === undefined) return undefined;
  return { markdown, range: { line, column: use.index + 1, endColumn: use.index + use.length + 1 } };
}
