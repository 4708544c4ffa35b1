import { variablesIn } from '../domain/variable.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import type { EventDocument, KnownNames, Position, Suggestion } from './document.ts';
import { FIELD_WORDS, type FieldWords } from './field-words.ts';
import { fieldKey, fieldsOf, type SheetKey, wordsAt } from './sheet.ts';
import { fieldSnippet, literalSnippet, snippetText } from './snippet.ts';
import type { Range } from './source.ts';
import { suggestHeader } from './suggest-header.ts';
import { suggestServers } from './suggest-servers.ts';
import { suggestVariables } from './suggest-variables.ts';
import { tellField } from './tell.ts';

/** A file or folder that stands where a path is being written. */
export interface ListedFile {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Fields whose values are files below the folder. */
const WITH_FILES: ReadonlySet<string> = new Set(['script', 'files', 'onSave']);

/** Fields whose values are lists. */
const LISTS: ReadonlySet<string> = new Set(['servers', 'tags', 'args', 'files', 'secrets', 'onSave']);

/**
 * What can be written at the cursor. `listed` is what stands in the folder that `folderAt` names. Any text is good enough; when
 * nothing can be told of it, nothing is proposed.
 */
export function suggestAt(
  document: EventDocument,
  position: Position,
  { known, listed = [] }: { readonly known: KnownNames; readonly listed?: readonly ListedFile[] },
): readonly Suggestion[] {
  const cursor = cursorAt(document, position);
  if (!cursor) return suggestHeader(document, position);
  const { sheet, place } = cursor;
  const field = fieldKey(sheet, place.parent);
  if (!field) return suggestAbove(cursor);
  const name = field.path[0];
  const words = wordsAt(sheet, field.path);
  if (words) return place.at === 'key' ? suggestFields(words, field, cursor) : [];
  if (name === 'inputs' && field.path.length === 1) return place.at === 'key' ? suggestInputs(document, cursor) : [];
  const variables = suggestVariables(field, cursor);
  if (variables.length > 0 || name === undefined || field.path.length > 1) return variables;
  const item = asListItem(name, cursor);
  if (name === 'servers') return suggestServers(item, known);
  const values = Object.entries(FIELD_WORDS).find(([key]) => key === name)?.[1].values ?? [];
  return [...suggestValues(values, cursor), ...(WITH_FILES.has(name) ? suggestFiles(item, listed) : [])];
}

/** The folder below the root whose files `suggestAt` could propose at a cursor. */
export function folderAt(document: EventDocument, position: Position): string | undefined {
  const cursor = cursorAt(document, position);
  const field = cursor && fieldKey(cursor.sheet, cursor.place.parent);
  if (!cursor || field?.path.length !== 1 || !WITH_FILES.has(field.path[0] ?? '')) return undefined;
  const segments = cursor.before.replace(/^!/, '').split('/').slice(0, -1);
  if (segments[0] === '' || segments.some((segment) => segment === '..' || /[*?{[]/.test(segment))) return undefined;
  return segments.filter((segment) => segment !== '.').join('/') || '.';
}

/** The events, and one more of them. */
function suggestAbove(cursor: Cursor): Suggestion[] {
  const { sheet, place, range, lead, margin } = cursor;
  const { parent } = place;
  if (place.at !== 'key' || sheet.kind !== 'declaration') return [];
  if (parent === undefined) {
    const insertText = fieldSnippet('events', `\n  ${ENTRY.replaceAll('\n', '\n  ')}`, cursor);
    const isThere = sheet.keys.some((key) => key.text === 'events' && !key.parent && isElsewhere(key.range, range));
    return isThere ? [] : [{ label: 'events', kind: 'field', insertText, range, detail: 'the events of this folder' }];
  }
  if (parent.text !== 'events' || parent.parent || place.isFlow) return [];
  const insertText = `${lead}${ENTRY.replaceAll('\n', `\n${snippetText(margin)}`)}`;
  return [{ label: 'event', kind: 'field', insertText, range, detail: 'its key, its script, where it runs' }];
}

const ENTRY = '${1:restart-web}:\n  script: ${2:ops/restart.sh}\n  servers: [$3]';

function isElsewhere(one: Range, other: Range): boolean {
  return one.line !== other.line || one.column !== other.column;
}

function suggestFields(words: Readonly<Record<string, FieldWords>>, { key }: SheetKey, cursor: Cursor): Suggestion[] {
  const { range } = cursor;
  const written = new Set(
    fieldsOf(cursor.sheet, key)
      .filter((each) => isElsewhere(each.range, range))
      .map(({ text }) => text),
  );
  return Object.entries(words)
    .filter(([name]) => !written.has(name))
    .map(([name, field]) => ({
      label: name,
      kind: 'field',
      insertText: fieldSnippet(name, field.snippet, cursor),
      detail: field.type.replaceAll('`', ''),
      documentation: tellField(field),
      range,
    }));
}

/** The inputs that the document asks for and does not declare. */
function suggestInputs({ text }: EventDocument, cursor: Cursor): Suggestion[] {
  const { sheet, place, range } = cursor;
  const declared = place.parent ? fieldsOf(sheet, place.parent).map((key) => key.text) : [];
  const used = variablesIn(text).flatMap(({ name }) => (/^input:[A-Za-z_][\w.-]*$/.test(name) ? [name.slice(6)] : []));
  return [...new Set(used)]
    .filter((id) => !declared.includes(id))
    .map((id) => ({
      label: id,
      kind: 'value',
      insertText: fieldSnippet(id, `\${1:${snippetText(id)}}`, cursor),
      detail: `used as \${input:${id}}`,
      range,
    }));
}

function suggestValues(values: NonNullable<FieldWords['values']>, cursor: Cursor): Suggestion[] {
  return values.map(({ value, meaning }) => ({
    label: value,
    kind: 'value',
    insertText: literalSnippet(value, cursor),
    detail: meaning,
    range: cursor.range,
  }));
}

function suggestFiles(cursor: Cursor, listed: readonly ListedFile[]): Suggestion[] {
  const { before, range } = cursor;
  const start = range.column + before.lastIndexOf('/') + 1;
  // Only the last segment is replaced: what needs no quotes as a whole path needs none here.
  const lead = start === range.column ? cursor.lead : '';
  return listed.map(({ name, isFolder }) => ({
    label: isFolder ? `${name}/` : name,
    kind: 'file',
    insertText: `${lead}${snippetText(isFolder ? `${name}/` : name)}`,
    range: { ...range, column: start },
  }));
}

/** A value on a line of its own, in a list: it needs its dash. */
function asListItem(field: string, cursor: Cursor): Cursor {
  const { at, isItem, isFlow } = cursor.place;
  const isBare = at === 'key' && !isItem && !isFlow && LISTS.has(field);
  return isBare ? { ...cursor, lead: `${cursor.lead}- ` } : cursor;
}
