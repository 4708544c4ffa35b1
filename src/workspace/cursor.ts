import type { EventDocument, Position } from './document.ts';
import { findHeader } from './header.ts';
import { type Place, placeAtEnd } from './outline.ts';
import { fieldsOf, type Sheet, sheetOf } from './sheet.ts';
import { type Range, type SourceLine, splitLines } from './source.ts';

/** Where in a document something is being written. */
export interface Cursor {
  readonly sheet: Sheet;
  readonly place: Place;
  /** The word at the cursor, without quotes. */
  readonly range: Range;
  /** The word's part before the cursor. */
  readonly before: string;
  /** The quote that the word begins with. */
  readonly quote: string;
  /** The rest of the line behind the word. */
  readonly after: string;
  /** What a line of the same indentation begins with: the comment mark and blanks. */
  readonly margin: string;
  /** What the line lacks in front of the word: the end of the margin, or a blank behind a colon. */
  readonly lead: string;
}

/** Finds where a cursor stands; undefined outside of what tells of events, in comments and behind values. */
export function cursorAt(document: EventDocument, position: Position): Cursor | undefined {
  const sheet = sheetOf(document);
  const raw = splitLines(document.text)[position.line - 1];
  const line = sheet && lineAt(document, sheet, position.line);
  if (!line || raw === undefined) return undefined;
  const width = position.column - 1 - line.shift;
  const cut = line.text.slice(0, Math.max(0, width));
  const isInMargin = cut.trim() === '' && line.text.slice(cut.length).trim() !== '';
  const above = sheet.lines.filter(({ number }) => number < position.line);
  const place = width < 0 || isInMargin ? undefined : placeAtEnd([...above, { ...line, text: cut }]);
  if (!place) return undefined;
  const typed = raw.slice(0, position.column - 1 - cut.trimStart().length);
  const root = sheet.kind === 'header' && above.length > 0 ? sheet.keys[0] : undefined;
  const isField = root !== undefined && isFieldOf(root.range.line, place);
  const margin = isField ? fieldMargin(sheet, document.text) : typed;
  const isGlued = place.at === 'value' && place.word === '' && raw[position.column - 2] === ':';
  return {
    sheet,
    place: isField ? { ...place, parent: root } : place,
    ...wordAt(place, raw, position),
    margin,
    lead: isGlued ? ' ' : margin.startsWith(typed) ? margin.slice(typed.length) : '',
  };
}

/** What the lines of a header's fields begin with. */
export function fieldMargin(sheet: Sheet, text: string): string {
  const lines = splitLines(text);
  const root = sheet.keys[0];
  const field = root && fieldsOf(sheet, root).find(({ range }) => range.line !== root.range.line);
  const key = field ?? root;
  if (!key) return '';
  const margin = (lines[key.range.line - 1] ?? '').slice(0, key.range.column - 1);
  if (field) return margin;
  // The header may stand on the line that opens its comment.
  return `${margin.replace(/\/\*+\s*/, ' * ')}  `;
}

/** A line of the sheet, or one that follows a header directly and is not indented enough yet. */
function lineAt(document: EventDocument, sheet: Sheet, number: number): SourceLine | undefined {
  const line = sheet.lines.find((each) => each.number === number);
  if (line || sheet.kind === 'declaration') return line;
  const next = findHeader(document.text)?.rest[0];
  return next?.number === number && sheet.lines.at(-1)?.number === number - 1 ? next : undefined;
}

/** Whether a line of its own begins at a place that can be meant for a field of the header, whatever its indentation. */
function isFieldOf(rootLine: number, { at, isFlow, isItem, parent }: Place): boolean {
  return at === 'key' && !isFlow && !isItem && (parent === undefined || parent.range.line === rootLine);
}

function wordAt(
  { word }: Place,
  raw: string,
  { line, column }: Position,
): Pick<Cursor, 'range' | 'before' | 'quote' | 'after'> {
  const quote = /^["']/.exec(word)?.[0] ?? '';
  const before = word.slice(quote.length);
  const rest = raw.slice(column - 1);
  const more = (quote ? /^[^"']*/ : /^[^\s,[\]{}"'#:]*/).exec(rest)?.[0] ?? '';
  const range = { line, column: column - before.length, endColumn: column + more.length };
  return { range, before, quote, after: rest.slice(more.length) };
}
