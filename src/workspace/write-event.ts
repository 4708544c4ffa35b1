import { CroniumError } from '../domain/errors.ts';
import { leadingComment } from './comment.ts';
import { commentMark } from './comment-mark.ts';
import { entryId } from './declaration.ts';
import { DECLARATION_FILE, type EventDocument, type NewEvent, type TextEdit } from './document.ts';
import { hasHeader } from './header.ts';
import { outlineOf } from './outline.ts';
import { splitLines } from './source.ts';
import { writeFields } from './write-yaml.ts';

/** The edit that gives a script a header. Throws `CroniumError` `event/header` for one that has it, and for what is no script. */
export function writeHeader(document: EventDocument, event: NewEvent): TextEdit {
  const { path, text } = document;
  if (hasHeader(text)) throw new CroniumError('event/header', `Cannot give "${path}" a header: it has one`);
  const mark = commentMark(document);
  if (mark === undefined) {
    throw new CroniumError(
      'event/header',
      `Cannot give "${path}" a header: nothing says what runs it; begin it with a line such as "#!/usr/bin/env bash"`,
    );
  }
  const lines = splitLines(text);
  const line = firstFreeLine(lines);
  const fields = writeFields({ ...event });
  const block = [`${mark} cronium:`, ...fields.map((field) => `${mark}   ${field}`)];
  // The comment of the next line would go on with the header.
  const isApart = !leadingComment(text).lines.some(({ number }) => number === line);
  return insertLines(lines, line, isApart ? block : [...block, '']);
}

/**
 * The edit that declares an event for a script in the text of `cronium.yaml` (empty: a new file), and its id. Throws
 * `CroniumError` `event/entry` when the text has no place for it.
 */
export function writeEntry(
  text: string,
  script: string,
  event: NewEvent,
): { readonly edit: TextEdit; readonly id: string } {
  const lines = splitLines(text);
  const keys = outlineOf(lines.map((each, index) => ({ text: each, number: index + 1, shift: 0 })));
  const events = keys.find((key) => key.text === 'events' && key.parent === undefined);
  const entries = keys.filter(({ parent }) => parent !== undefined && parent === events);
  const key = freeKey(event.name ?? baseName(script), new Set(entries.map((entry) => entry.text)));
  const id = entryId(key);
  const indent = ' '.repeat(entries[0]?.indent ?? 2);
  const block = [`${key}:`, ...writeFields({ script, ...event }).map((field) => `  ${field}`)].map(
    (each) => indent + each,
  );
  if (!events) return { edit: insertLines(lines, endOf(lines, lines.length), ['events:', ...block]), id };
  const rest = (lines[events.range.line - 1] ?? '').slice(events.range.endColumn - 1);
  if (entries.some(({ isInBraces }) => isInBraces) || !/^\s*:\s*(#.*)?$/.test(rest)) {
    const place = `${DECLARATION_FILE}:${events.range.line}`;
    throw new CroniumError('event/entry', `Cannot add an event in ${place}: write "events:" with nothing behind it`);
  }
  const next = keys.find((each) => each.parent === undefined && each.range.line > events.range.line);
  return { edit: insertLines(lines, endOf(lines, next ? next.range.line - 1 : lines.length), block), id };
}

/** The line behind what has to come first: the shebang, PHP's opening, Python's encoding. */
function firstFreeLine(lines: readonly string[]): number {
  let line = 1;
  if (/^(#!|<\?php\s*$)/.test(lines[0] ?? '')) line = 2;
  return line <= 2 && /^#.*coding[:=]/.test(lines[line - 1] ?? '') ? line + 1 : line;
}

/** The line behind the last text of the first `count` lines; comments below it belong to what follows. */
function endOf(lines: readonly string[], count: number): number {
  const last = lines.slice(0, count).findLastIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  return Math.max(last, count === lines.length ? lastText(lines) : 0) + 2;
}

function lastText(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '');
}

/** Puts lines in front of a line, or behind the last. */
function insertLines(lines: readonly string[], line: number, added: readonly string[]): TextEdit {
  if (line <= lines.length) return insertion(line, 1, `${added.join('\n')}\n`);
  const last = lines.at(-1) ?? '';
  return insertion(lines.length, last.length + 1, `${last === '' ? '' : '\n'}${added.join('\n')}\n`);
}

function insertion(line: number, column: number, text: string): TextEdit {
  return { line, column, endLine: line, endColumn: column, text };
}

/** The file name without its extension. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
}

function freeKey(name: string, taken: ReadonlySet<string>): string {
  const word = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
  const key = word || 'event';
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? key : `${key}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}
