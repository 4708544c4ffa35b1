import { entryId, readDeclaration } from './declaration.ts';
import { DECLARATION_FILE, type DeclaredEvent, type EventDocument, type Position } from './document.ts';
import { FIELD_WORDS, type FieldWords } from './field-words.ts';
import { findHeader } from './header.ts';
import { INPUT_WORDS } from './input-words.ts';
import { isSameKey, type OutlineKey, outlineOf, pathOf } from './outline.ts';
import { type SourceLine, splitLines } from './source.ts';
import { readEvent } from './workspace.ts';

/** The part of a document that tells of events: the header of a script, or a whole `cronium.yaml`. */
export interface Sheet {
  readonly kind: 'header' | 'declaration';
  readonly lines: readonly SourceLine[];
  readonly keys: readonly OutlineKey[];
}

/** A key of a sheet and what it is. */
export interface SheetKey {
  readonly key: OutlineKey;
  /** The `cronium:` or the entry's key that the field belongs to. */
  readonly event: OutlineKey;
  /** The keys from the event's field down: `['inputs', 'stage', 'options']`. */
  readonly path: readonly string[];
}

export function isDeclaration({ path }: Pick<EventDocument, 'path'>): boolean {
  return path === DECLARATION_FILE;
}

/** Undefined: a script without a header. */
export function sheetOf(document: EventDocument): Sheet | undefined {
  if (isDeclaration(document)) {
    const lines = splitLines(document.text).map((text, index) => ({ text, number: index + 1, shift: 0 }));
    return { kind: 'declaration', lines, keys: outlineOf(lines) };
  }
  const header = findHeader(document.text);
  return header && { kind: 'header', lines: header.lines, keys: outlineOf(header.lines) };
}

/** What a key is; undefined above the fields of an event. */
export function fieldKey(sheet: Sheet, key: OutlineKey | undefined): SheetKey | undefined {
  const path = pathOf(key);
  const depth = sheet.kind === 'header' ? 0 : 1;
  const event = path[depth];
  if (!key || !event || (sheet.kind === 'declaration' && path[0]?.text !== 'events')) return undefined;
  return { key, event, path: path.slice(depth + 1).map(({ text }) => text) };
}

/** The fields that an event's key at this path is one of; undefined where keys are free or there are none. */
export function wordsAt(sheet: Sheet, path: readonly string[]): Readonly<Record<string, FieldWords>> | undefined {
  if (path.length === 2 && path[0] === 'inputs') return INPUT_WORDS;
  if (path.length > 0) return undefined;
  const { script, ...header } = FIELD_WORDS;
  return sheet.kind === 'header' ? header : FIELD_WORDS;
}

/** The fields of an event, in their order. */
export function fieldsOf(sheet: Sheet, event: OutlineKey): readonly OutlineKey[] {
  return sheet.keys.filter(({ parent }) => parent !== undefined && isSameKey(parent, event));
}

/** The event whose lines a line is one of. */
export function eventAt(sheet: Sheet, line: number): OutlineKey | undefined {
  return eventKeys(sheet).findLast((event) => event.range.line <= line);
}

/** The key at a position. */
export function keyAt(sheet: Sheet, { line, column }: Position): OutlineKey | undefined {
  return sheet.keys.find(({ range }) => range.line === line && range.column <= column && column <= range.endColumn);
}

/** The events that a document declares; also when it cannot be read as YAML. */
export function declaredEvents(document: EventDocument): readonly DeclaredEvent[] {
  const sheet = sheetOf(document);
  if (!sheet) return [];
  const keys = eventKeys(sheet);
  if (sheet.kind === 'header') {
    const { id, name, servers } = readEvent(document).event;
    return keys.map(({ range }) => ({ id, name, line: range.line, script: document.path, servers }));
  }
  const { entries } = readDeclaration(document.path, document.text);
  const fields = new Map(entries.map((entry) => [entry.key, entry.fields]));
  return keys.map(({ text, range }) => {
    const { name = text, script, servers = [] } = fields.get(text) ?? {};
    return { id: entryId(text), name, line: range.line, ...(script === undefined ? {} : { script }), servers };
  });
}

function eventKeys(sheet: Sheet): readonly OutlineKey[] {
  if (sheet.kind === 'header') return sheet.keys.slice(0, 1);
  return sheet.keys.filter(({ parent }) => parent?.text === 'events' && parent.parent === undefined);
}
