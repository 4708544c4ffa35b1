/** Who waits for which answer. An answer that nobody waits for is dropped. */
export class Answers {
  readonly #waiting = new Map<string, PromiseWithResolvers<unknown>>();
  #over: { readonly error: unknown } | undefined;

  /** The answer named `key`. Two who wait for the same key share it. */
  wait<T>(key: string): Promise<T> {
    let entry = this.#waiting.get(key);
    if (!entry) {
      entry = Promise.withResolvers<unknown>();
      // Whoever gave up waiting must not turn a late refusal into a crash.
      entry.promise.catch(() => {});
      if (this.#over) entry.reject(this.#over.error);
      else this.#waiting.set(key, entry);
    }
    return entry.promise as Promise<T>;
  }

  resolve(key: string, value: unknown): void {
    this.#take(key)?.resolve(value);
  }

  reject(key: string, error: unknown): void {
    this.#take(key)?.reject(error);
  }

  /** No answer will come any more: who waits learns why, and who asks later too. */
  close(error: unknown): void {
    this.#over ??= { error };
    for (const key of [...this.#waiting.keys()]) this.reject(key, error);
  }

  #take(key: string): PromiseWithResolvers<unknown> | undefined {
    const entry = this.#waiting.get(key);
    this.#waiting.delete(key);
    return entry;
  }
}
