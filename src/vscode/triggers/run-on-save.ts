import { commands, type LogOutputChannel, l10n, window, workspace } from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { CONTEXT_KEYS, MEMORY_KEYS } from '../contributions.ts';
import type { EventIndex } from '../event-index.ts';
import { explain } from '../explain.ts';
import { Approvals } from './approvals.ts';
import { type ApprovedTexts, provideApprovedTexts } from './approved-texts.ts';
import { type Coalescer, createCoalescer } from './coalesce.ts';
import { Questions } from './questions.ts';
import { runSaved, type SavedDeps, type SavedEvent } from './run-saved.ts';
import { type Save, watchSaves } from './saves.ts';

export type RunOnSaveDeps = Omit<SavedDeps, 'approvals' | 'texts' | 'questions' | 'isAllowed' | 'newer'>;

/** Saves that come together (Save All, a formatter) run an event once. */
const GATHER_MS = 150;

/**
 * Runs events that say `onSave` when a person saves them, after the person has approved this event with this content on these
 * servers. A save while it runs, or while it is asked, leads to one more run.
 */
export class RunOnSave implements Disposable {
  readonly #deps: RunOnSaveDeps;
  readonly #log: LogOutputChannel;
  readonly #approvals: Approvals;
  readonly #texts: ApprovedTexts;
  readonly #questions = new Questions();
  readonly #queue: Coalescer<SavedEvent>;
  readonly #saves: Disposable;
  readonly #onDidChange = new Emitter<void>();

  constructor(deps: RunOnSaveDeps & { readonly events: EventIndex }, log: LogOutputChannel) {
    this.#deps = deps;
    this.#log = log;
    this.#approvals = new Approvals(deps.memory);
    this.#texts = provideApprovedTexts(this.#approvals);
    this.#queue = createCoalescer({
      work: (saved, options) => this.#run(saved, options),
      merge: (before, after) => ({ ...after, isByHand: before.isByHand || after.isByHand }),
      gather: () => new Promise((resolve) => setTimeout(resolve, GATHER_MS)),
    });
    this.#saves = watchSaves(deps.events, {
      isAllowed: () => this.#isAllowed(),
      onDidSave: (save) => this.#saved(save),
      onDidFail: (error) => explain(error, log),
    });
    void this.#showPaused();
  }

  get isPaused(): boolean {
    return this.#deps.memory.get(MEMORY_KEYS.runOnSavePaused, false);
  }

  /** Some event may run on save. */
  get isAnyApproved(): boolean {
    return this.#approvals.isAnyApproved;
  }

  /** It was paused or resumed, or another event may run. */
  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  async pause(): Promise<void> {
    await this.#setPaused(true);
  }

  async resume(): Promise<void> {
    await this.#setPaused(undefined);
  }

  async forget(): Promise<void> {
    await this.#approvals.forgetAll();
    this.#onDidChange.emit();
    void window.showInformationMessage(l10n.t('Every event of this workspace asks again before it runs on save'));
  }

  [Symbol.dispose](): void {
    this.#saves[Symbol.dispose]();
    this.#texts[Symbol.dispose]();
  }

  #saved({ key, ...saved }: Save): void {
    this.#queue.request(key, saved).catch((error: unknown) => explain(error, this.#log));
  }

  async #run(saved: SavedEvent, { newer }: { readonly newer: AbortSignal }): Promise<void> {
    if (!this.#isAllowed()) return;
    await runSaved(saved, {
      ...this.#deps,
      approvals: this.#approvals,
      texts: this.#texts,
      questions: this.#questions,
      isAllowed: () => this.#isAllowed(),
      newer,
    });
    this.#onDidChange.emit();
  }

  #isAllowed(): boolean {
    return workspace.isTrusted && !this.isPaused;
  }

  async #setPaused(value: true | undefined): Promise<void> {
    await this.#deps.memory.update(MEMORY_KEYS.runOnSavePaused, value);
    await this.#showPaused();
    this.#onDidChange.emit();
  }

  async #showPaused(): Promise<void> {
    await commands.executeCommand('setContext', CONTEXT_KEYS.runOnSavePaused, this.isPaused);
  }
}
