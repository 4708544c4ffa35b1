import {
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticSeverity,
  Disposable,
  languages,
  RelativePattern,
  type TextDocument,
  type Uri,
  workspace,
} from 'vscode';
import type { EventDocument } from '../../app/language.ts';
import type { Problem } from '../../domain/event.ts';
import { placeOf } from '../host/place.ts';
import { openDocument, workspaceFiles } from '../host/workspace-files.ts';
import { lineText } from '../plain-text.ts';
import { DECLARATIONS, declarationsOf, eventDocument, isDeclarations, mayDeclare } from './event-document.ts';
import type { ServerNames } from './names.ts';
import { rangeOf } from './range.ts';

/** Quiet for so long, and what was typed is looked at. */
const DEBOUNCE_MS = 300;

const SEVERITIES: Readonly<Record<Problem['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
};

/** What was found in a text, for the quick fixes: they apply to this very text. */
export interface Findings {
  readonly document: EventDocument;
  readonly problems: readonly Problem[];
}

/** The problems of open scripts with a header and of every folder's `cronium.yaml`, shown where they stand. */
export class EventDiagnostics implements Disposable {
  readonly #shown: DiagnosticCollection = languages.createDiagnosticCollection('cronium');
  readonly #names: ServerNames;
  readonly #report: (error: unknown) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #findings = new Map<string, Findings>();
  /** The check of each file that counts: a slow one does not overwrite a later one, nor what was closed meanwhile. */
  readonly #checks = new Map<string, symbol>();
  readonly #listeners: Disposable;
  #watchers: Disposable = Disposable.from();

  constructor(names: ServerNames, report: (error: unknown) => void) {
    this.#names = names;
    this.#report = report;
    this.#listeners = Disposable.from(
      workspace.onDidOpenTextDocument((document) => this.#touch(document)),
      // Who writes a header wants to know about servers, too: from the first key on the engine may be opened for it.
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#touch(document, 'edited');
      }),
      workspace.onDidCloseTextDocument((document) => this.#close(document)),
      workspace.onDidCreateFiles(() => this.checkAll()),
      workspace.onDidDeleteFiles(() => this.checkAll()),
      workspace.onDidRenameFiles(() => this.checkAll()),
      workspace.onDidChangeWorkspaceFolders(() => this.#watchFolders()),
    );
    this.#watchFolders();
  }

  /** Looks at everything again: names or files have changed. */
  checkAll(): void {
    for (const document of workspace.textDocuments) this.#touch(document);
    for (const folder of workspace.workspaceFolders ?? []) this.#schedule(declarationsOf(folder));
  }

  /** What was found in this text; undefined when it has changed since. */
  findingsIn(document: TextDocument): Findings | undefined {
    const found = this.#findings.get(document.uri.toString());
    return found?.document.text === document.getText() ? found : undefined;
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    Disposable.from(this.#listeners, this.#watchers, this.#shown).dispose();
  }

  /** A folder's `cronium.yaml` is looked at without being open: its events are in the Events view. */
  #watchFolders(): void {
    this.#watchers.dispose();
    const watchers = (workspace.workspaceFolders ?? []).map((folder) => {
      const uri = declarationsOf(folder);
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, DECLARATIONS));
      const touch = (): void => this.#schedule(uri);
      return Disposable.from(
        watcher,
        watcher.onDidCreate(touch),
        watcher.onDidChange(touch),
        watcher.onDidDelete(touch),
      );
    });
    this.#watchers = Disposable.from(...watchers);
    this.checkAll();
  }

  #touch(document: TextDocument, how?: 'edited'): void {
    if (mayDeclare(document)) this.#schedule(document.uri, how);
  }

  #close({ uri }: TextDocument): void {
    // The file counts again, not what was typed; a script has nothing to tell while it is closed.
    if (isDeclarations(uri)) this.#schedule(uri);
    else this.#forget(uri);
  }

  #schedule(uri: Uri, how?: 'edited'): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#check(uri, how).catch(this.#report);
    }, DEBOUNCE_MS);
    this.#timers.set(key, timer);
  }

  async #check(uri: Uri, how?: 'edited'): Promise<void> {
    const key = uri.toString();
    const check = Symbol(key);
    this.#checks.set(key, check);
    const found = await this.#find(uri, how);
    if (this.#checks.get(key) !== check) return;
    if (!found) return this.#forget(uri);
    this.#findings.set(key, found);
    this.#shown.set(uri, found.problems.map(toDiagnostic));
  }

  async #find(uri: Uri, how?: 'edited'): Promise<Findings | undefined> {
    const document = await read(uri);
    const language = await import('../../app/language.ts');
    if (!document || !language.speaksOfEvents(document)) return undefined;
    const hasServers = language.eventsIn(document).some(({ servers }) => servers.length > 0);
    const known = await (how && hasServers ? this.#names.get() : this.#names.find());
    return { document, problems: await language.diagnose(document, known, { files: workspaceFiles() }) };
  }

  #forget(uri: Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#checks.delete(key);
    this.#findings.delete(key);
    this.#shown.delete(uri);
  }
}

/** The text of the editor, else of the file; undefined when there is neither. */
async function read(uri: Uri): Promise<EventDocument | undefined> {
  const open = openDocument(uri);
  if (open) return eventDocument(open);
  if (!isDeclarations(uri)) return undefined;
  try {
    const bytes = await workspace.fs.readFile(uri);
    return { ...placeOf(uri), text: new TextDecoder().decode(bytes) };
  } catch {
    // No such file, or none that can be read: it declares nothing.
    return undefined;
  }
}

function toDiagnostic(problem: Problem): Diagnostic {
  const diagnostic = new Diagnostic(rangeOf(problem), lineText(problem.message), SEVERITIES[problem.severity]);
  diagnostic.source = 'Cronium';
  return diagnostic;
}
