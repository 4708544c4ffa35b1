import { displayable } from '../../base/display.ts';
import { changeStyle, PLAIN, type Style, styleKey } from './style.ts';
import type { StyledTextBuilder } from './styled-text.ts';

/** Colour sequences (1), what puts the cursor at the beginning of its line (2), all other escapes. */
const SEQUENCES =
  /(?:\x1b\[|\x9b)([0-9;:]*)m|(\r|(?:\x1b\[|\x9b)(?:[01]?G|2K))|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;

/** Controls, marks that turn the direction of text, and what looks like a line end to an editor and is none to a script. */
const NEEDS_CARE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Line separators that are no line ends for a script; an editor asks what to do about them. */
const SEPARATORS = /[\u2028\u2029]/g;

/** Styles are few and change often: what a change makes of one is worked out once. More are no script's colours. */
const MAX_KNOWN_CHANGES = 1_000;

interface KeyedStyle {
  readonly style: Style;
  readonly key: string;
}

const NO_STYLE: KeyedStyle = { style: PLAIN, key: '' };

/** Reads the lines of one stream: a colour that is set in one goes on in the next. */
export class AnsiReader {
  #style: KeyedStyle = NO_STYLE;
  readonly #changes = new Map<string, KeyedStyle>();

  /**
   * Writes a line, without its end, as a reader sees it: without what moves the cursor or acts on a terminal; of a line that was
   * written over, the last version.
   */
  read(line: string, into: StyledTextBuilder): void {
    if (!NEEDS_CARE.test(line)) return into.add(line, this.#style.key);
    let isOver = false;
    const add = (raw: string): void => {
      const text = NEEDS_CARE.test(raw) ? displayable(raw.replace(SEPARATORS, ' ')) : raw;
      if (text === '') return;
      if (isOver) into.beginAgain();
      isOver = false;
      into.add(text, this.#style.key);
    };
    let at = 0;
    for (const match of line.matchAll(SEQUENCES)) {
      if (match.index > at) add(line.slice(at, match.index));
      at = match.index + match[0].length;
      if (match[1] !== undefined) this.#change(match[1]);
      else if (match[2] !== undefined) isOver = true;
    }
    add(line.slice(at));
  }

  /** The same for a line that has not ended yet: it will be read again. */
  preview(line: string, into: StyledTextBuilder): void {
    const before = this.#style;
    this.read(line, into);
    this.#style = before;
  }

  #change(parameters: string): void {
    if (parameters === '' || parameters === '0') {
      this.#style = NO_STYLE;
      return;
    }
    const name = `${this.#style.key} ${parameters}`;
    let changed = this.#changes.get(name);
    if (!changed) {
      const style = changeStyle(this.#style.style, parameters);
      changed = { style, key: styleKey(style) };
      if (this.#changes.size < MAX_KNOWN_CHANGES) this.#changes.set(name, changed);
    }
    this.#style = changed;
  }
}
