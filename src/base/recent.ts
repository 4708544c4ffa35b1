/** What was found a moment ago is not looked for again: a hundred who begin at once want to know the same. */
export class Recent<T> {
  readonly #ms: number;
  readonly #find: (key: string) => Promise<T>;
  readonly #found = new Map<string, Promise<T>>();

  /** What `find` says of a key is believed for `ms` milliseconds from the question on; that it could not say it, not at all. */
  constructor(options: { readonly ms: number; readonly find: (key: string) => Promise<T> }) {
    this.#ms = options.ms;
    this.#find = options.find;
  }

  of(key: string): Promise<T> {
    const known = this.#found.get(key);
    if (known) return known;
    const found = this.#find(key);
    this.#found.set(key, found);
    const forget = (): void => {
      if (this.#found.get(key) === found) this.#found.delete(key);
    };
    setTimeout(forget, this.#ms).unref();
    found.catch(forget);
    return found;
  }
}
