import { type CommentLine, leadingComment } from './comment.ts';
import { EVENT_KEYS } from './schema.ts';
import { type Range, type Report, Source, type SourceLine } from './source.ts';
import { type MapNode, parseYaml } from './yaml.ts';

/** More text than any header needs; what a person would not write is not parsed. */
const MAX_HEADER_CHARACTERS = 65_536;

/** Says whether a script's leading comment has a `cronium:` block. The beginning of the script is enough. */
export function hasHeader(text: string): boolean {
  return leadingComment(text).lines.some(isHeaderStart);
}

/** The `cronium:` block of a script. */
export interface HeaderBlock {
  /** Its lines as YAML, the one with `cronium:` first. */
  readonly lines: readonly SourceLine[];
  /** What follows it in the comment. */
  readonly rest: readonly SourceLine[];
}

/** Finds the `cronium:` block of a script's leading comment. */
export function findHeader(text: string): HeaderBlock | undefined {
  const { lines: comment } = leadingComment(text);
  const start = comment.findIndex(isHeaderStart);
  if (start < 0) return undefined;
  const end = findEnd(comment, start);
  return { lines: comment.slice(start, end), rest: comment.slice(end) };
}

/** Reads the fields of a header; undefined when it is empty or unreadable. */
export function readHeader({ lines, rest }: HeaderBlock, report: Report): MapNode | undefined {
  reportStrays(lines.at(-1), rest, report);
  const source = new Source(lines);
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

function isHeaderStart(line: SourceLine): boolean {
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
function reportStrays(last: SourceLine | undefined, rest: readonly SourceLine[], report: Report): void {
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

function wordRange(line: SourceLine, word: string): Range {
  const start = line.text.indexOf(word);
  return new Source([line]).range(start, start + word.length);
}

function indentOf(line: SourceLine): number {
  return line.text.length - line.text.trimStart().length;
}
