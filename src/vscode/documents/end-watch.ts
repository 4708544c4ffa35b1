/** What an editor shows of its document. Lines count from 0. */
export interface Sight {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly lineCount: number;
}

/** Lines before the last one that count as the end: the last one is empty, and one may be half in sight. */
const END_LINES = 2;

/**
 * Tells whether somebody looks at the end of a growing text. That the text has grown below what they see is no sign that they
 * look elsewhere: only who scrolls up does.
 */
export class EndWatch {
  #firstLine = 0;
  #isAtEnd: boolean;

  constructor(options: { readonly isAtEnd: boolean }) {
    this.#isAtEnd = options.isAtEnd;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Takes what is in sight by now. */
  see({ firstLine, lastLine, lineCount }: Sight): void {
    if (lastLine >= lineCount - 1 - END_LINES) this.#isAtEnd = true;
    else if (firstLine < this.#firstLine) this.#isAtEnd = false;
    this.#firstLine = firstLine;
  }
}
