/** Something of which there are few, for many keys. */
export interface Poolable extends Disposable {
  /** What it is used for goes on: another one is taken first. */
  readonly isBusy: boolean;
}

/** Keeps at most `max`; for one more, the least recently used one goes, a busy one only when all are. */
export class ChannelPool<T extends Poolable> implements Disposable {
  readonly #max: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  find(key: string): T | undefined {
    return this.#entries.get(key);
  }

  /** The one of a key, made when there is none; used now. */
  take(key: string, create: () => T): T {
    const found = this.#entries.get(key);
    if (found) {
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found;
    }
    if (this.#entries.size >= this.#max) this.#dropOne();
    const made = create();
    this.#entries.set(key, made);
    return made;
  }

  drop(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    entry?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const key of [...this.#entries.keys()]) this.drop(key);
  }

  #dropOne(): void {
    const keys = [...this.#entries.keys()];
    const key = keys.find((each) => this.#entries.get(each)?.isBusy === false) ?? keys[0];
    if (key !== undefined) this.drop(key);
  }
}
