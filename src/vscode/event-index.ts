import { Emitter } from '../base/emitter.ts';
import type { FolderEvents } from './views/events.ts';

/**
 * The events of the workspace as they were found last. Looking through folders takes its time: it is done when somebody wants
 * to see them, once for all who ask together, and behind the back of those who can do with what was found before.
 */
export class EventIndex {
  readonly #find: () => Promise<readonly FolderEvents[]>;
  readonly #onDidChange = new Emitter<void>();
  #found: readonly FolderEvents[] | undefined;
  #finding: Promise<readonly FolderEvents[]> | undefined;
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

  /** The events of now. */
  async get(): Promise<readonly FolderEvents[]> {
    while (this.#isStale || this.#finding) await this.#refresh();
    return this.#found ?? [];
  }

  /** The events as they were found last, at once; the first time it takes as long as `get`. */
  async latest(): Promise<readonly FolderEvents[]> {
    if (!this.#found) return await this.get();
    // A failure is told to who asks with `get`.
    if (this.#isStale) void this.#refresh().catch(() => {});
    return this.#found;
  }

  #refresh(): Promise<readonly FolderEvents[]> {
    this.#finding ??= this.#findAll();
    return this.#finding;
  }

  async #findAll(): Promise<readonly FolderEvents[]> {
    // What is touched while it is looked through is looked through again.
    this.#isStale = false;
    try {
      this.#found = await this.#find();
      return this.#found;
    } catch (error) {
      this.#isStale = true;
      throw error;
    } finally {
      this.#finding = undefined;
    }
  }
}
