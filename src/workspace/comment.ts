import { splitLines } from './source.ts';

/** A line of the comment that a script begins with. */
export interface CommentLine {
  readonly number: number;
  /** What precedes the text: `#`, `//`, `--`, `*`, or nothing inside a block comment. */
  readonly mark: string;
  /** Behind the mark, its indentation in spaces. */
  readonly text: string;
  readonly shift: number;
}

/** The comments that a script begins with. */
export interface LeadingComment {
  readonly lines: readonly CommentLine[];
  /** The line of the first code; the one after the last when there is none. */
  readonly codeLine: number;
}

/**
 * Reads the comments that a script begins with, behind its shebang or `<?php`. Blank lines separate comments and do not end
 * them; the first line of code does.
 */
export function leadingComment(text: string): LeadingComment {
  const comment: CommentLine[] = [];
  let isInBlock = false;
  let number = 0;
  for (const line of splitLines(text)) {
    number++;
    if (line.trim() === '' && !isInBlock) continue;
    if (number === 1 && /^(#!|<\?php\s*$)/.test(line)) continue;
    const opened: boolean = isInBlock || /^\s*\/\*/.test(line);
    const [head, mark] = opened ? blockMark(line) : lineMark(line);
    if (mark === undefined) return { lines: comment, codeLine: number };
    const closing: number = opened ? line.indexOf('*/') : -1;
    isInBlock = opened && closing < 0;
    const body = closing < 0 ? line : line.slice(0, Math.max(head, closing));
    comment.push(commentLine(body, { number, head, mark }));
    if (closing >= 0 && line.slice(closing + 2).trim() !== '') return { lines: comment, codeLine: number };
  }
  return { lines: comment, codeLine: number + 1 };
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
