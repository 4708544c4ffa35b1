/** Text as a reader sees it, with its colours. */
export interface StyledText {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** A stretch of a text that has a style; in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** As `styleKey` writes it. */
  readonly style: string;
}

/** Puts a text together line by line: millions of them, so nothing is copied twice. */
export class StyledTextBuilder implements StyledText {
  text = '';
  readonly spans: { start: number; end: number; style: string }[] = [];
  lineCount = 0;
  #line = '';
  /** The spans of the lines before. */
  #spansBefore = 0;

  /** Adds to the line that was begun. An empty style is plain text. */
  add(text: string, style: string): void {
    const start = this.text.length + this.#line.length;
    this.#line += text;
    if (style === '') return;
    const last = this.spans.at(-1);
    if (last?.style === style && last.end === start) last.end = start + text.length;
    else this.spans.push({ start, end: start + text.length, style });
  }

  /** Forgets the line that was begun. */
  beginAgain(): void {
    this.#line = '';
    this.spans.length = this.#spansBefore;
  }

  endLine(): void {
    this.text += `${this.#line}\n`;
    this.lineCount += 1;
    this.#line = '';
    this.#spansBefore = this.spans.length;
  }
}
