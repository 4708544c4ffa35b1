import type { PlacedPiece, RunPage } from './run-page.ts';

/** A coloured stretch of a line of a page. */
export interface LineSpan {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly style: string;
}

/** The coloured stretches on the lines from `first` to `last`; what is elsewhere costs nothing. */
export function* spansBetween({ sections }: RunPage, first: number, last: number): Generator<LineSpan> {
  for (const { firstLine, lastLine, pieces } of sections) {
    if (lastLine < first || firstLine > last) continue;
    for (const piece of pieces) {
      if (piece.firstLine > last) break;
      if (piece.firstLine + piece.lineCount > first) yield* spansOf(piece, first, last);
    }
  }
}

function* spansOf(
  { firstLine, lines: { text, spans } }: PlacedPiece,
  first: number,
  last: number,
): Generator<LineSpan> {
  let line = firstLine;
  let lineStart = 0;
  for (const { start, end, style } of spans) {
    for (let next = text.indexOf('\n', lineStart) + 1; next !== 0 && next <= start; ) {
      line += 1;
      lineStart = next;
      next = text.indexOf('\n', lineStart) + 1;
    }
    if (line > last) return;
    if (line >= first) yield { line, start: start - lineStart, end: end - lineStart, style };
  }
}
