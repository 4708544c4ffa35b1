/**
 * Takes from what a script writes to a terminal what does more than show text: titles, the clipboard, questions that the terminal
 * would answer, other screens, jumps off the line. Colours stay, and what moves on the line, such as progress bars.
 */
export class TerminalFilter {
  readonly #forbidden = new RegExp(FORBIDDEN, 'g');
  #state: State = 'text';
  /** Parameters of a control sequence so far. */
  #parameters = '';
  #swallowed = 0;

  /** The next piece, however the text was cut. */
  filter(text: string): string {
    let kept = '';
    for (let at = 0; at < text.length; at++) {
      if (this.#state === 'text') {
        const next = this.#findForbidden(text, at);
        kept += text.slice(at, next);
        at = next;
        if (at === text.length) break;
      }
      kept += this.#take(text.charAt(at));
    }
    return kept;
  }

  #findForbidden(text: string, from: number): number {
    this.#forbidden.lastIndex = from;
    return this.#forbidden.exec(text)?.index ?? text.length;
  }

  #take(character: string): string {
    switch (this.#state) {
      case 'text':
        return this.#takeText(character);
      case 'escape':
        return this.#takeEscape(character);
      case 'charset':
        this.#state = 'text';
        return '';
      case 'control':
        return this.#takeControl(character);
      case 'string':
      case 'stringEscape':
        return this.#swallow(character);
      default:
        return this.#state satisfies never;
    }
  }

  #takeText(character: string): string {
    if (character === '\x1b') this.#state = 'escape';
    else if (character === '\x9b') this.#beginControl();
    else if (STRING_BEGINNINGS.includes(character)) this.#beginString();
    else if (!FORBIDDEN.test(character)) return character;
    return '';
  }

  #takeEscape(character: string): string {
    if (character === '[') this.#beginControl();
    else if (']PX^_'.includes(character)) this.#beginString();
    else if (/[ -/]/.test(character)) this.#state = 'charset';
    else {
      this.#state = 'text';
      // A line end is never part of a sequence.
      if (character < ' ') return this.#takeText(character);
    }
    return '';
  }

  #beginControl(): void {
    this.#state = 'control';
    this.#parameters = '';
  }

  #takeControl(character: string): string {
    if (/[0-?]|[ -/]/.test(character) && this.#parameters.length < MAX_PARAMETERS) {
      this.#parameters += character;
      return '';
    }
    this.#state = 'text';
    if (character < ' ') return this.#takeText(character);
    return isHarmless(this.#parameters, character) ? `\x1b[${this.#parameters}${character}` : '';
  }

  #beginString(): void {
    this.#state = 'string';
    this.#swallowed = 0;
  }

  /** One that does not end must not take the rest of the output with it. */
  #swallow(character: string): string {
    const isEnd =
      character === '\x07' || character === '\x9c' || (this.#state === 'stringEscape' && character === '\\');
    if (isEnd) {
      this.#state = 'text';
      return '';
    }
    if (character === '\n' || ++this.#swallowed > MAX_STRING) {
      this.#state = 'text';
      return this.#takeText(character);
    }
    this.#state = character === '\x1b' ? 'stringEscape' : 'string';
    return '';
  }
}

type State = 'text' | 'escape' | 'charset' | 'control' | 'string' | 'stringEscape';

/** Controls but tab, line end, carriage return and backspace; marks that turn the direction of text. */
const FORBIDDEN = /[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Operating system commands, device control strings and the like, in their one-character forms. */
const STRING_BEGINNINGS = '\x90\x98\x9d\x9e\x9f';

/** More parameters than any sequence of use has. */
const MAX_PARAMETERS = 64;

/** Longer than titles and links; pictures are left out anyway. */
const MAX_STRING = 65_536;

/** Colours, and what writes, moves and erases on the line: columns, insertions, deletions. */
function isHarmless(parameters: string, final: string): boolean {
  if (final === 'm') return /^[0-9;:]*$/.test(parameters);
  return 'CDGKPX@`'.includes(final) && /^[0-9;]*$/.test(parameters);
}
