/** What an editor shows of its document. Lines count from 0. */
export interface Sight {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly lineCount: number;
}

/** The last line is empty: who sees the one before sees the end. */
const END_LINES = 1;

/**
 * Tells whether somebody looks at the end of a growing text. Who scrolls up leaves it, be it by one line, and who scrolls down to
 * it is there again. That the text has grown below what they see, or has lost its beginning, says nothing.
 */
export class EndWatch {
  #firstLine = 0;
  #lineCount = 0;
  #isAtEnd: boolean;

  constructor(options: { readonly isAtEnd: boolean }) {
    this.#isAtEnd = options.isAtEnd;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Takes what is in sight by now. */
  see({ firstLine, lastLine, lineCount }: Sight): void {
    const isShorter = lineCount < this.#lineCount;
    if (firstLine < this.#firstLine && !isShorter) this.#isAtEnd = false;
    else if (firstLine > this.#firstLine && lastLine >= lineCount - 1 - END_LINES) this.#isAtEnd = true;
    this.#firstLine = firstLine;
    this.#lineCount = lineCount;
  }
}
