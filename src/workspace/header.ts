import { EVENT_KEYS } from './schema.ts';
import { type Range, type Report, Source, type SourceLine, splitLines } from './source.ts';
import { type MapNode, parseYaml } from './yaml.ts';

/** More text than any header needs; what a person would not write is not parsed. */
const MAX_HEADER_CHARACTERS = 65_536;

/** A line of the comment that a script begins with. */
interface CommentLine {
  readonly number: number;
  /** What precedes the text: `#`, `//`, `--`, `*`, or nothing inside a block comment. */
  readonly mark: string;
  /** Behind the mark, its indentation in spaces. */
  readonly text: string;
  readonly shift: number;
}

/** Says whether a script's leading comment has a `cronium:` block. The beginning of the script is enough. */
export function hasHeader(text: string): boolean {
  return leadingComment(text).some(isHeaderStart);
}

/** Reads the `cronium:` block of a script's leading comment; undefined when there is none or it is empty or unreadable. */
export function readHeader(text: string, report: Report): MapNode | undefined {
  const comment = leadingComment(text);
  const start = comment.findIndex(isHeaderStart);
  if (start < 0) return undefined;
  const end = findEnd(comment, start);
  const block = comment.slice(start, end);
  reportStrays(block.at(-1), comment.slice(end), report);
  const source = new Source(block);
  if (source.text.length > MAX_HEADER_CHARACTERS) {
    report(
      source.range(0, source.text.indexOf('\n')),
      `The header must not be longer than ${MAX_HEADER_CHARACTERS} characters`,
    );
    return undefined;
  }
  const root = parseYaml(source, report);
  const header = root?.kind === 'map' ? root.entries[0]?.value : undefined;
  if (header?.kind === 'map') return header;
  if (header && (header.kind === 'list' || header.value !== null)) {
    const found = header.kind === 'list' ? 'a list' : `"${header.text.slice(0, 40)}"`;
    report(header.range, `"cronium" must hold fields such as "name: Restart web": found ${found}`);
  }
  return undefined;
}

function isHeaderStart(line: CommentLine): boolean {
  return /^\s*cronium:(\s|$)/.test(line.text);
}

/** The block ends in front of the first line that has another mark, or that has text and is not indented deeper. */
function findEnd(comment: readonly CommentLine[], start: number): number {
  const first = comment[start];
  if (!first) return start;
  let end = start + 1;
  for (let next = comment[end]; next; next = comment[++end]) {
    const isNeighbour = next.number === first.number + (end - start) && next.mark === first.mark;
    if (!isNeighbour || (next.text.trim() !== '' && indentOf(next) <= indentOf(first))) break;
  }
  return end;
}

/** Reports what was meant for the header and is not in it, because it would be ignored without a word. */
function reportStrays(last: CommentLine | undefined, rest: readonly CommentLine[], report: Report): void {
  const again = rest.find(isHeaderStart);
  if (again) report(wordRange(again, 'cronium'), 'A script has one "cronium:" header: this is a second one');
  const next = rest[0];
  if (!next || !last || last.text.trim() === '' || next.number !== last.number + 1) return;
  const key = /^\s*([A-Za-z]+):(\s|$)/.exec(next.text)?.[1];
  if (key === undefined || !EVENT_KEYS.includes(key)) return;
  report(
    wordRange(next, key),
    `"${key}" is not part of the header: indent it deeper than "cronium:", or put an empty line before it`,
  );
}

function wordRange(line: CommentLine, word: string): Range {
  const start = line.text.indexOf(word);
  return new Source([line]).range(start, start + word.length);
}

function indentOf(line: SourceLine): number {
  return line.text.length - line.text.trimStart().length;
}

/**
 * The lines of the comments that a script begins with, behind its shebang or `<?php`. Blank lines separate comments and do not
 * end them; the first line of code does.
 */
function leadingComment(text: string): CommentLine[] {
  const comment: CommentLine[] = [];
  let isInBlock = false;
  let number = 0;
  for (const line of splitLines(text)) {
    number++;
    if (line.trim() === '' && !isInBlock) continue;
    if (number === 1 && /^(#!|<\?php\s*$)/.test(line)) continue;
    const opened: boolean = isInBlock || /^\s*\/\*/.test(line);
    const [head, mark] = opened ? blockMark(line) : lineMark(line);
    if (mark === undefined) break;
    const closing: number = opened ? line.indexOf('*/') : -1;
    isInBlock = opened && closing < 0;
    const body = closing < 0 ? line : line.slice(0, Math.max(head, closing));
    comment.push(commentLine(body, { number, head, mark }));
    if (closing >= 0 && line.slice(closing + 2).trim() !== '') break;
  }
  return comment;
}

/** How many characters the comment mark of a line takes, with what is before it, and the mark. */
function lineMark(line: string): [head: number, mark: string | undefined] {
  const match = /^\s*(#+|\/\/+|--+)/.exec(line);
  return [match?.[0].length ?? 0, match?.[1]];
}

function blockMark(line: string): [head: number, mark: string] {
  const match = /^\s*(\/\*+|\*(?!\/))/.exec(line);
  return [match?.[0].length ?? 0, match ? '*' : ''];
}

function commentLine(
  line: string,
  { number, head, mark }: { readonly number: number; readonly head: number; readonly mark: string },
): CommentLine {
  const [indentation = ''] = /^[ \t]*/.exec(line.slice(head)) ?? [];
  let width = 0;
  // YAML knows no tabs in front of a key; people do, eight columns wide.
  for (const character of indentation) width = character === '\t' ? (Math.floor(width / 8) + 1) * 8 : width + 1;
  const text = ' '.repeat(width) + line.slice(head + indentation.length);
  return { number, mark, text, shift: head + indentation.length - width };
}
