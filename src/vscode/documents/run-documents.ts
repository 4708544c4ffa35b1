import { EventEmitter, type TextDocument, type TextDocumentContentProvider, type Uri, window, workspace } from 'vscode';
import type { LazyEngine } from '../engine.ts';
import { RunDocument } from './run-document.ts';
import type { RunPage } from './run-page.ts';
import { runOf } from './run-uri.ts';

/** The run documents that are open in this window. */
export class RunDocuments implements TextDocumentContentProvider, Disposable {
  readonly #engine: LazyEngine;
  readonly #documents = new Map<string, RunDocument>();
  readonly #onDidChange = new EventEmitter<Uri>();
  readonly #listeners = [
    workspace.onDidCloseTextDocument((document) => this.#close(document)),
    window.onDidChangeVisibleTextEditors(() => this.#look()),
    window.onDidChangeActiveTextEditor(() => this.#look()),
  ];
  readonly onDidChange = this.#onDidChange.event;

  constructor(engine: LazyEngine) {
    this.#engine = engine;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const run = runOf(uri);
    if (run === undefined) return '';
    const known = this.#documents.get(run);
    // The editor asks again whenever it is told of a change.
    if (known) return known.page.text;
    const document = this.#open(run, uri);
    await document.refresh();
    return document.page.text;
  }

  find({ uri }: Pick<TextDocument, 'uri'>): RunDocument | undefined {
    return this.#documents.get(runOf(uri) ?? '');
  }

  /** The page of a document, when the editor has this very text. */
  pageOf(document: TextDocument): RunPage | undefined {
    const page = this.find(document)?.page;
    return page?.lineCount === document.lineCount ? page : undefined;
  }

  [Symbol.dispose](): void {
    for (const listener of [...this.#listeners, this.#onDidChange]) listener.dispose();
    for (const document of this.#documents.values()) document[Symbol.dispose]();
    this.#documents.clear();
  }

  #open(run: string, uri: Uri): RunDocument {
    const document = new RunDocument(run, {
      cronium: () => this.#engine.get(),
      moment: (at) => new Date(at).toLocaleString(),
      changed: () => this.#onDidChange.fire(uri),
    });
    this.#documents.set(run, document);
    return document;
  }

  #close({ uri }: TextDocument): void {
    const run = runOf(uri);
    if (run === undefined) return;
    this.#documents.get(run)?.[Symbol.dispose]();
    this.#documents.delete(run);
  }

  #look(): void {
    const active = window.activeTextEditor && runOf(window.activeTextEditor.document.uri);
    const seen = new Set(window.visibleTextEditors.map(({ document }) => runOf(document.uri)));
    for (const [run, document] of this.#documents) {
      document.setAttention(run === active ? 'focus' : seen.has(run) ? 'aside' : 'none');
    }
  }
}
