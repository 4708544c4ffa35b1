/** First in, first out, with the sizes of its items counted. */
export class SizedQueue<T> {
  #items: ({ readonly item: T; readonly size: number } | undefined)[] = [];
  #head = 0;
  #size = 0;

  /** Of all items together. */
  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#items.length - this.#head;
  }

  push(item: T, size: number): void {
    this.#items.push({ item, size });
    this.#size += size;
  }

  shift(): T | undefined {
    const first = this.#items[this.#head];
    if (!first) return undefined;
    // What was taken is not kept.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    this.#size -= first.size;
    // Moving the rest up costs as much as the rest is long: not at every item.
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return first.item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#size = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.#head; at < this.#items.length; at++) yield (this.#items[at] as { readonly item: T }).item;
  }
}
