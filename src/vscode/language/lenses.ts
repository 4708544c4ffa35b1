import { CodeLens, type CodeLensProvider, Disposable, EventEmitter, Range, type TextDocument, workspace } from 'vscode';
import type { DeclaredEvent, EventDocument } from '../../app/language.ts';
import type { RunRecord } from '../../domain/run.ts';
import { COMMANDS, SETTINGS } from '../contributions.ts';
import type { LazyEngine } from '../engine.ts';
import { eventKey } from '../event-key.ts';
import { isSwitchedOn } from '../host/settings.ts';
import type { Row } from '../views/row.ts';
import { runRow } from '../views/runs.ts';
import { eventDocument, isDeclarations } from './event-document.ts';
import { type LensText, lastRunLens, lastRuns, runLens, runOnLens } from './lens-text.ts';

/** A run changes many times a second; the eye follows less. */
const REFRESH_MS = 500;

/** What stands above an event: run it, run it elsewhere, how it ended last. */
export class EventLenses implements CodeLensProvider, Disposable {
  readonly #engine: LazyEngine;
  readonly #onDidChange = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#onDidChange.event;
  readonly #listeners: Disposable;
  #runs: ReadonlyMap<string, RunRecord> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: LazyEngine) {
    this.#engine = engine;
    const refresh = (): void => this.#refresh();
    const facts = [engine.onDidChange(refresh), engine.onDidOpen(refresh)];
    this.#listeners = Disposable.from(
      ...facts.map((listener) => new Disposable(() => listener[Symbol.dispose]())),
      workspace.onDidGrantWorkspaceTrust(refresh),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(SETTINGS.codeLens)) this.#refresh();
      }),
    );
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[] | undefined> {
    if (!workspace.isTrusted || !isSwitchedOn(SETTINGS.codeLens)) return undefined;
    const event = eventDocument(document);
    if (!event) return undefined;
    const { eventsIn, speaksOfEvents } = await import('../../app/language.ts');
    if (!speaksOfEvents(event)) return undefined;
    return eventsIn(event).flatMap((declared) => this.#lensesOf(declared, event, document));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    Disposable.from(this.#listeners, this.#onDidChange).dispose();
  }

  #lensesOf(declared: DeclaredEvent, event: EventDocument, document: TextDocument): CodeLens[] {
    const target = isDeclarations(document.uri) ? rowOf(declared, event) : document.uri;
    // An entry that names no script cannot run.
    if (!target) return [];
    const range = new Range(declared.line - 1, 0, declared.line - 1, 0);
    const lens = (text: LensText, command: string, argument: unknown): CodeLens =>
      new CodeLens(range, { ...text, command, arguments: [argument] });
    const here = runLens(declared.servers);
    const last = this.#lastRuns().get(eventKey({ id: declared.id, script: event }));
    const runCommand = isDeclarations(document.uri) ? COMMANDS.runEvent : COMMANDS.runActiveScript;
    return [
      ...(here ? [lens(here, runCommand, target)] : []),
      lens(runOnLens(declared.servers), COMMANDS.runOn, target),
      ...(last ? [lens(lastRunLens(last, Date.now()), COMMANDS.openRun, runRow(last))] : []),
    ];
  }

  /** Runs are told when the engine is open; they are not worth opening it. */
  #lastRuns(): ReadonlyMap<string, RunRecord> {
    this.#runs ??= lastRuns(this.#engine.opened?.runs() ?? []);
    return this.#runs;
  }

  #refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#runs = undefined;
      this.#onDidChange.fire();
    }, REFRESH_MS);
  }
}

/** An entry as the Events view has it: commands take it for theirs. */
function rowOf({ id, name, line, script }: DeclaredEvent, { root, path }: EventDocument): Row | undefined {
  if (script === undefined) return undefined;
  const target = { kind: 'event' as const, id, script: { root, path: script }, declaredAt: { path, line } };
  return { id, label: name, icon: { name: 'file-code' }, words: 'event', spoken: name, target };
}
