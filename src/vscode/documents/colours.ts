import {
  type DecorationRenderOptions,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  ThemeColor,
  window,
} from 'vscode';
import type { RunDocuments } from './run-documents.ts';
import { runOf } from './run-uri.ts';
import { type Colour, hexOf, parseStyleKey } from './style.ts';
import { spansBetween } from './visible-spans.ts';

/** Colours follow scrolling this late. */
const DELAY_MS = 50;

/** Styles that are shown, of all that scripts think of; text in others stays plain. */
const MAX_STYLES = 128;

/** Coloured stretches of one editor at a time. */
const MAX_SPANS = 2_000;

/** Lines above and below those in sight, so that scrolling finds them coloured. */
const MARGIN_LINES = 60;

/** The colours of the terminal, as themes name them. */
const NAMES = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'];

/** Shows the colours of the lines in sight as decorations. */
export class RunColours implements Disposable {
  readonly #documents: RunDocuments;
  readonly #types = new Map<string, TextEditorDecorationType>();
  /** What an editor shows now. */
  readonly #shown = new WeakMap<TextEditor, readonly TextEditorDecorationType[]>();
  readonly #waiting = new Set<TextEditor>();
  readonly #listeners = [
    window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.update(textEditor)),
    window.onDidChangeVisibleTextEditors((editors) => {
      for (const editor of editors) this.update(editor);
    }),
  ];
  #timer: NodeJS.Timeout | undefined;

  constructor(documents: RunDocuments) {
    this.#documents = documents;
  }

  /** Colours what can be seen of an editor, soon. */
  update(editor: TextEditor): void {
    if (runOf(editor.document.uri) === undefined) return;
    this.#waiting.add(editor);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const each of this.#waiting) this.#colour(each);
      this.#waiting.clear();
    }, DELAY_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const part of [...this.#listeners, ...this.#types.values()]) part.dispose();
  }

  #colour(editor: TextEditor): void {
    const found = this.#find(editor);
    // Not yet the text that was read last: this comes again when it is.
    if (!found) return;
    for (const type of this.#shown.get(editor) ?? []) if (!found.has(type)) editor.setDecorations(type, []);
    for (const [type, ranges] of found) editor.setDecorations(type, ranges);
    this.#shown.set(editor, [...found.keys()]);
  }

  #find({ document, visibleRanges }: TextEditor): ReadonlyMap<TextEditorDecorationType, Range[]> | undefined {
    const page = this.#documents.pageOf(document);
    if (!page) return undefined;
    const found = new Map<TextEditorDecorationType, Range[]>();
    let left = MAX_SPANS;
    for (const visible of visibleRanges) {
      const last = visible.end.line + MARGIN_LINES;
      for (const { line, start, end, style } of spansBetween(page, visible.start.line - MARGIN_LINES, last)) {
        if (--left < 0) return found;
        const type = this.#typeOf(style);
        if (!type) continue;
        const ranges = found.get(type) ?? [];
        found.set(type, ranges);
        ranges.push(new Range(line, start, line, end));
      }
    }
    return found;
  }

  #typeOf(style: string): TextEditorDecorationType | undefined {
    const known = this.#types.get(style);
    if (known || this.#types.size >= MAX_STYLES) return known;
    const type = window.createTextEditorDecorationType(rendering(style));
    this.#types.set(style, type);
    return type;
  }
}

function rendering(key: string): DecorationRenderOptions {
  const { foreground, background, isBold, isDim, isItalic, isUnderlined, isStruck, isInverse } = parseStyleKey(key);
  const front = foreground === undefined ? undefined : colour(foreground);
  // Text in the colour of what is behind it would hide from the reader.
  const back = background === undefined || background === foreground ? undefined : colour(background);
  const color = isInverse ? (back ?? new ThemeColor('editor.background')) : front;
  const backgroundColor = isInverse ? (front ?? new ThemeColor('editor.foreground')) : back;
  const lines = [isUnderlined ? 'underline' : '', isStruck ? 'line-through' : ''].join(' ').trim();
  return {
    ...(color === undefined ? {} : { color }),
    ...(backgroundColor === undefined ? {} : { backgroundColor }),
    ...(isBold ? { fontWeight: 'bold' } : {}),
    ...(isItalic ? { fontStyle: 'italic' } : {}),
    ...(isDim ? { opacity: '0.7' } : {}),
    ...(lines === '' ? {} : { textDecoration: lines }),
  };
}

function colour(index: Colour): string | ThemeColor {
  if (index >= 16) return hexOf(index);
  return new ThemeColor(`terminal.ansi${index < 8 ? '' : 'Bright'}${NAMES[index % 8]}`);
}
