import type { Problem } from '../domain/event.ts';

/** A line of YAML and where it stands in its file. */
export interface SourceLine {
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
  /** What to add to an index of `text` to have the index in the file's line: what was in front of it, such as a comment mark. */
  readonly shift: number;
}

/** A part of one line of a file; counts from 1, the end is exclusive. */
export interface Range {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** Takes a problem of the file that is read: always an error, because a guess could run something else than was meant. */
export type Report = (range: Range, message: string, suggestion?: string) => void;

/** Collects the problems of one file. */
export function collectProblems(file: string): { readonly problems: Problem[]; readonly report: Report } {
  const problems: Problem[] = [];
  const report: Report = (range, message, suggestion) => {
    problems.push({ severity: 'error', file, ...range, message, ...(suggestion === undefined ? {} : { suggestion }) });
  };
  return { problems, report };
}

/** Splits a text into the lines that an editor shows; a byte order mark is not part of the first. */
export function splitLines(text: string): string[] {
  return text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
}

/** YAML text put together from lines, that knows where each of its characters stands in the file. */
export class Source {
  readonly text: string;
  readonly #lines: readonly SourceLine[];
  readonly #starts: readonly number[];

  constructor(lines: readonly SourceLine[]) {
    this.#lines = lines;
    const starts: number[] = [];
    let start = 0;
    for (const line of lines) {
      starts.push(start);
      start += line.text.length + 1;
    }
    this.#starts = starts;
    this.text = lines.map((line) => line.text).join('\n');
  }

  /** The range in the file of the characters from `start` to `end`, cut at the end of the first line. */
  range(start: number, end: number): Range {
    const at = this.#findLine(start);
    const line = this.#lines[at] ?? { text: '', number: 1, shift: 0 };
    const lineStart = this.#starts[at] ?? 0;
    const first = Math.min(start - lineStart, line.text.length);
    const last = Math.max(first, Math.min(end - lineStart, line.text.trimEnd().length));
    const column = Math.max(0, first + line.shift) + 1;
    return { line: line.number, column, endColumn: Math.max(column, last + line.shift + 1) };
  }

  #findLine(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
