import {
  commands,
  type LanguageStatusItem,
  l10n,
  languages,
  Range,
  type TextDocument,
  type TextEditor,
  window,
} from 'vscode';
import { COMMANDS, CONTEXT_KEYS } from '../contributions.ts';
import { EndWatch } from './end-watch.ts';
import { RUN_SCHEME, runOf } from './run-uri.ts';

/** Keeps the end of run documents in sight, for those who look at the end while it grows. */
export class FollowMode implements Disposable {
  /** Runs whose documents are followed. */
  readonly #followed = new Set<string>();
  readonly #watches = new WeakMap<TextEditor, EndWatch>();
  readonly #status: LanguageStatusItem;
  readonly #listeners = [
    window.onDidChangeActiveTextEditor(() => this.#tell()),
    window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#see(textEditor)),
  ];

  constructor() {
    this.#status = languages.createLanguageStatusItem('cronium.follow', { scheme: RUN_SCHEME });
    this.#status.name = l10n.t('Cronium: Follow the Run');
    this.#tell();
  }

  /** Follows the document of an editor from now on. */
  begin(editor: TextEditor): void {
    const run = runOf(editor.document.uri);
    if (run === undefined) return;
    this.#followed.add(run);
    this.#watches.set(editor, new EndWatch({ isAtEnd: true }));
    revealEnd(editor);
    this.#tell();
  }

  toggle(editor: TextEditor): void {
    const run = runOf(editor.document.uri);
    if (run === undefined) return;
    if (this.#followed.delete(run)) this.#tell();
    else this.begin(editor);
  }

  /** To be called when an editor has another text of a document. */
  didChange(document: TextDocument): void {
    if (!this.#followed.has(runOf(document.uri) ?? '')) return;
    for (const editor of window.visibleTextEditors) {
      if (editor.document === document && this.#watchOf(editor).isAtEnd) revealEnd(editor);
    }
  }

  /** To be called when a document is closed. */
  forget({ uri }: TextDocument): void {
    this.#followed.delete(runOf(uri) ?? '');
  }

  [Symbol.dispose](): void {
    for (const part of [...this.#listeners, this.#status]) part.dispose();
  }

  #see(editor: TextEditor): void {
    const { document, visibleRanges } = editor;
    const [first, last] = [visibleRanges[0], visibleRanges.at(-1)];
    if (!first || !last || runOf(document.uri) === undefined) return;
    this.#watchOf(editor).see({
      firstLine: first.start.line,
      lastLine: last.end.line,
      lineCount: document.lineCount,
    });
  }

  #watchOf(editor: TextEditor): EndWatch {
    const known = this.#watches.get(editor) ?? new EndWatch({ isAtEnd: false });
    this.#watches.set(editor, known);
    return known;
  }

  #tell(): void {
    const run = window.activeTextEditor && runOf(window.activeTextEditor.document.uri);
    const isFollowed = run !== undefined && this.#followed.has(run);
    this.#status.text = isFollowed ? l10n.t('Following the end') : l10n.t('Not following');
    this.#status.command = {
      command: COMMANDS.toggleFollow,
      title: isFollowed ? l10n.t('Stop following') : l10n.t('Follow the end'),
    };
    void commands.executeCommand('setContext', CONTEXT_KEYS.following, isFollowed);
  }
}

function revealEnd(editor: TextEditor): void {
  const line = editor.document.lineCount - 1;
  editor.revealRange(new Range(line, 0, line, 0));
}
