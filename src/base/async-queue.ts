/**
 * What one side pushes, the other iterates over. One reader. The queue itself has no bound: whoever pushes must be bounded by
 * something else (credit, a window).
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(item: T): void {
    if (this.#end) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the iteration after what is queued. Only the first end counts. */
  close(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** Ends the iteration with `error` after what is queued. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#head === this.#items.length) {
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const value = this.#items[this.#head] as T;
    // What was taken is not kept: V8 makes room for all that outlives a collection, and texts of a log come by the gigabyte.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 256) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#items = [];
    this.#head = 0;
    this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
