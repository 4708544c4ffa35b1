import { Emitter } from '../base/emitter.ts';
import type { FolderEvents } from './views/events.ts';

/**
 * The events of the workspace. Looking through folders takes its time: it is done when somebody asks and something has changed,
 * once for all who ask together.
 */
export class EventIndex {
  readonly #find: () => Promise<readonly FolderEvents[]>;
  readonly #onDidChange = new Emitter<void>();
  #found: readonly FolderEvents[] = [];
  #finding: Promise<void> | undefined;
  #isStale = true;

  constructor(find: () => Promise<readonly FolderEvents[]>) {
    this.#find = find;
  }

  /** What was found may not be true any more. */
  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  /** Something has changed that may make or end an event. */
  touch(): void {
    this.#isStale = true;
    this.#onDidChange.emit();
  }

  /** The events of now: nothing is missing that was there when this was asked. */
  async get(): Promise<readonly FolderEvents[]> {
    // What goes on may have looked where something has changed since; a build that changes files all the time ends no search.
    if (this.#isStale && this.#finding) await this.#finding.catch(() => {});
    if (this.#isStale || this.#finding) await this.#refresh();
    return this.#found;
  }

  #refresh(): Promise<void> {
    this.#finding ??= this.#findAll();
    return this.#finding;
  }

  async #findAll(): Promise<void> {
    // What is touched while it is looked through is looked through again.
    this.#isStale = false;
    try {
      this.#found = await this.#find();
    } catch (error) {
      this.#isStale = true;
      throw error;
    } finally {
      this.#finding = undefined;
    }
  }
}
