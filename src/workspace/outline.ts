import type { Range, SourceLine } from './source.ts';

/** A key of a text that may be half typed. */
export interface OutlineKey {
  readonly text: string;
  readonly range: Range;
  /** Blanks in front of it; of its line when it stands in braces. */
  readonly indent: number;
  readonly parent: OutlineKey | undefined;
  readonly isInBraces: boolean;
}

/** What a scan has come to at its end: where a cursor there stands. */
export interface Place {
  /** The key whose value is written or whose map the cursor is in; absent at the root. */
  readonly parent: OutlineKey | undefined;
  /** `key`: a key of the parent's map, or the parent's value on a line of its own. */
  readonly at: 'key' | 'value';
  /** In a list, with `-` or in brackets. */
  readonly isItem: boolean;
  /** In brackets or braces. */
  readonly isFlow: boolean;
  /** The word that is being written, with its opening quote; it ends where the scan ends. */
  readonly word: string;
  /** Blanks in front of the word's line. */
  readonly indent: number;
}

interface Block {
  readonly indent: number;
  readonly key: OutlineKey | undefined;
  readonly isItem: boolean;
}

interface Flow {
  readonly kind: '{' | '[';
  readonly owner: OutlineKey | undefined;
  /** In braces, the key whose value comes. */
  key: OutlineKey | undefined;
}

/** Longer lines are no YAML that a person writes; the bound keeps looking for a key cheap. */
const MAX_LINE = 2_000;

/** A key in front of a colon: in quotes, or plain without what YAML keeps for itself. */
const BLOCK_KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'[\]{},#&*!|>%@`][^"'[\]{}#]*?)[ \t]*:(?=\s|$)/;

/** A word in brackets, with what people write there without the quotes that `${…}` needs. */
const FLOW_WORD = /^(?:\$\{[^}]*(?:\}|$)|[^,[\]{}:#]|:(?![\s,[\]{}]|$)|(?<!\s)#)+/;

/** The keys of a text, as far as its lines tell them: to the parser a half typed text says nothing. */
export function outlineOf(lines: readonly SourceLine[]): readonly OutlineKey[] {
  const scanner = new Scanner();
  for (const line of lines) scanner.next(line);
  return scanner.keys;
}

/** Where a cursor at the end of the last line stands; undefined in a comment, behind a value, in a text of several lines. */
export function placeAtEnd(lines: readonly SourceLine[]): Place | undefined {
  const scanner = new Scanner();
  for (const line of lines) scanner.next(line);
  return scanner.place;
}

/** Keys of two scans of the same text are the same when they stand at the same place. */
export function isSameKey(one: OutlineKey | undefined, other: OutlineKey | undefined): boolean {
  return one?.range.line === other?.range.line && one?.range.column === other?.range.column;
}

/** The keys from the root down to a key. */
export function pathOf(key: OutlineKey | undefined): readonly OutlineKey[] {
  return key ? [...pathOf(key.parent), key] : [];
}

class Scanner {
  readonly keys: OutlineKey[] = [];
  /** Where the end of the last line stands. */
  place: Place | undefined;
  readonly #blocks: Block[] = [];
  readonly #flows: Flow[] = [];
  /** The indentation of the line on which the outermost bracket was opened. */
  #flowIndent = 0;
  /** Of the key whose text of several lines (`|`, `>`) is being read. */
  #textIndent: number | undefined;

  next(whole: SourceLine): void {
    const text = whole.text.slice(0, MAX_LINE);
    const line = { ...whole, text };
    const indent = text.length - text.trimStart().length;
    const isBlank = indent === text.length;
    this.place = undefined;
    if (this.#textIndent !== undefined) {
      if (isBlank || indent > this.#textIndent) return;
      this.#textIndent = undefined;
    }
    // A bracket that was never closed does not swallow what follows it.
    if (!isBlank && indent <= this.#flowIndent && BLOCK_KEY.test(text.slice(indent))) this.#flows.length = 0;
    if (this.#flows.length > 0) return this.#flow(line, indent);
    if (isBlank) {
      const parent = this.#blocks.findLast((block) => block.indent < indent)?.key;
      this.place = { parent, at: 'key', isItem: false, isFlow: false, word: '', indent };
      return;
    }
    if (text[indent] !== '#') this.#block(line, indent);
  }

  #block(line: SourceLine, indent: number): void {
    let at = indent;
    let isItem = false;
    for (let dash = dashAt(line.text, at); dash > 0; dash = dashAt(line.text, at)) {
      const open = at;
      this.#close((block) => block.indent > open || (block.isItem && block.indent === open));
      this.#blocks.push({ indent: at, key: this.#blocks.at(-1)?.key, isItem: true });
      isItem = true;
      at += dash;
    }
    const start = at;
    if (!isItem) this.#close((block) => block.indent >= start);
    const parent = this.#blocks.at(-1)?.key;
    const key = BLOCK_KEY.exec(line.text.slice(at));
    if (key?.[1] === undefined) {
      return this.#value(line, at, { parent, at: isItem ? 'value' : 'key', isItem, isFlow: false, indent });
    }
    const owner = this.#addKey(line, { at, written: key[1], indent: at, parent, isInBraces: false });
    this.#blocks.push({ indent: at, key: owner, isItem: false });
    this.#value(line, at + key[0].length, { parent: owner, at: 'value', isItem: false, isFlow: false, indent });
  }

  #close(isOver: (block: Block) => boolean): void {
    for (let last = this.#blocks.at(-1); last && isOver(last); last = this.#blocks.at(-1)) this.#blocks.pop();
  }

  #value(line: SourceLine, from: number, place: Omit<Place, 'word'>): void {
    const rest = line.text.slice(from).trimStart();
    const at = line.text.length - rest.length;
    if (/^[[{]/.test(rest)) {
      this.#flowIndent = place.indent;
      this.#flows.push({ kind: rest[0] as Flow['kind'], owner: place.parent, key: undefined });
      return this.#flow(line, at + 1);
    }
    if (/^[|>][-+\d]*\s*(#|$)/.test(rest)) {
      this.#textIndent = this.#blocks.at(-1)?.indent ?? 0;
      return;
    }
    const isOver = /^(["']).*\1/.test(rest) || /(^|\s)#/.test(rest);
    if (!isOver) this.place = { ...place, word: rest };
  }

  #flow(line: SourceLine, from: number): void {
    const { text } = line;
    let at = from;
    let word: string | undefined = '';
    while (at < text.length && this.#flows.length > 0) {
      const character = text[at] ?? '';
      const flow = this.#flows.at(-1) as Flow;
      if (/\s/.test(character)) {
        at++;
        continue;
      }
      if (character === '#') return;
      word = '';
      if (character === '[' || character === '{') {
        this.#flows.push({ kind: character, owner: flow.key ?? flow.owner, key: undefined });
      } else if (character === ']' || character === '}') {
        this.#flows.pop();
        word = undefined;
      } else if (character === ',') {
        flow.key = undefined;
      } else {
        const read = this.#flowWord(line, at);
        word = read.word;
        at = read.end;
        continue;
      }
      at++;
    }
    const flow = this.#flows.at(-1);
    if (!flow || word === undefined) return;
    const isKey = flow.kind === '{' && flow.key === undefined;
    this.place = {
      parent: flow.key ?? flow.owner,
      at: isKey ? 'key' : 'value',
      isItem: flow.kind === '[',
      isFlow: true,
      word,
      indent: this.#flowIndent,
    };
  }

  /** Reads a word in brackets. The word is undefined when it is over, and empty when it was a key. */
  #flowWord(line: SourceLine, at: number): { readonly word: string | undefined; readonly end: number } {
    const rest = line.text.slice(at);
    const quoted = /^("(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/.exec(rest)?.[0];
    const word = quoted ?? FLOW_WORD.exec(rest)?.[0].trimEnd() ?? rest.charAt(0);
    const flow = this.#flows.at(-1) as Flow;
    const colon = /^\s*:/.exec(rest.slice(word.length))?.[0];
    const end = at + word.length + (colon?.length ?? 0);
    if (colon !== undefined && flow.kind === '{' && flow.key === undefined) {
      const indent = this.#flowIndent;
      flow.key = this.#addKey(line, { at, written: word, indent, parent: flow.owner, isInBraces: true });
      return { word: '', end };
    }
    const isOver = quoted !== undefined && quoted.length > 1 && quoted.endsWith(quoted.charAt(0));
    return { word: isOver || line.text.length > end ? undefined : word, end };
  }

  #addKey(
    line: SourceLine,
    { at, written, ...key }: Pick<OutlineKey, 'indent' | 'parent' | 'isInBraces'> & { at: number; written: string },
  ): OutlineKey {
    const column = at + line.shift + 1;
    const range = { line: line.number, column, endColumn: column + written.length };
    const added = { ...key, text: /^["']/.test(written) ? written.slice(1, -1) : written, range };
    this.keys.push(added);
    return added;
  }
}

/** The length of a dash with the blanks behind it; 0 when there is none. */
function dashAt(text: string, at: number): number {
  return /^-([ \t]+|$)/.exec(text.slice(at))?.[0].length ?? 0;
}
