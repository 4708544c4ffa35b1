import { unfinishedEscapeAt } from './display.ts';

/** A line is told in parts when it grows past this: nobody is made to hold a line without an end. */
const MAX_LINE_CHARACTERS = 65_536;

/** No sequence of use is longer: what does not end within it hides nothing more. */
const MAX_ESCAPE_CHARACTERS = 4_096;

/** Part of a text that was cut at its line ends; `isEnd` when the line ends with it. */
export interface LinePart {
  readonly text: string;
  readonly isEnd: boolean;
}

/** Cuts a text that arrives in pieces into lines; holds back an unfinished line until it ends or is too long. */
export class LineSplitter {
  #rest = '';

  /** The unfinished line at the end of what was pushed, as far as it is held back. */
  get rest(): string {
    return this.#rest;
  }

  push(text: string): LinePart[] {
    const parts: LinePart[] = [];
    const pieces = `${this.#rest}${text}`.split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) parts.push({ text: piece.endsWith('\r') ? piece.slice(0, -1) : piece, isEnd: true });
    if (this.#rest.length > MAX_LINE_CHARACTERS) parts.push(...this.part());
    return parts;
  }

  /**
   * As `push`, for a text whose lines need no care one by one: all lines that it ends, in one piece, with their ends.
   * `undefined` when a part of a long line would have to be told; nothing was taken then.
   */
  pushLines(text: string): string | undefined {
    const end = text.lastIndexOf('\n') + 1;
    const begun = end === 0 ? this.#rest + text : text.slice(end);
    if (begun.length > MAX_LINE_CHARACTERS) return undefined;
    const lines = end === 0 ? '' : this.#rest + text.slice(0, end);
    this.#rest = begun;
    return lines;
  }

  /**
   * The unfinished line so far, for who does not wait for its end; what comes next goes on behind it. An escape sequence is not
   * cut: half of it would not be known for one.
   */
  part(): LinePart[] {
    const tail = Math.max(0, this.#rest.length - MAX_ESCAPE_CHARACTERS);
    const cut = tail + unfinishedEscapeAt(this.#rest.slice(tail));
    const text = this.#rest.slice(0, cut);
    this.#rest = this.#rest.slice(cut);
    return text === '' ? [] : [{ text, isEnd: false }];
  }

  /** The unfinished line at the end of the text, if there is one. */
  flush(): LinePart[] {
    const text = this.#rest;
    this.#rest = '';
    return text === '' ? [] : [{ text, isEnd: true }];
  }
}
