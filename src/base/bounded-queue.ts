import { AsyncQueue } from './async-queue.ts';

/** A queue that slows who fills it: `put` resolves when what waits weighs less than `bound`. One reader. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #bound: number;
  readonly #weigh: (item: T) => number;
  readonly #items = new AsyncQueue<T>();
  #waiting = 0;
  #closed = false;
  #blocked: (() => void)[] = [];

  /** Without `weigh` each item weighs 1. */
  constructor(bound: number, weigh: (item: T) => number = () => 1) {
    this.#bound = bound;
    this.#weigh = weigh;
  }

  /** Adds an item at once; resolves when there is room for the next. */
  async put(item: T): Promise<void> {
    if (this.#closed) return;
    this.#items.push(item);
    this.#waiting += this.#weigh(item);
    if (this.#waiting >= this.#bound) await new Promise<void>((resolve) => this.#blocked.push(resolve));
  }

  /** Ends the iteration after what waits; nobody is held up any more. */
  close(): void {
    this.#closed = true;
    this.#items.close();
    this.#release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for await (const item of this.#items) {
        this.#waiting -= this.#weigh(item);
        if (this.#waiting < this.#bound) this.#release();
        yield item;
      }
    } finally {
      this.close();
    }
  }

  #release(): void {
    const blocked = this.#blocked;
    this.#blocked = [];
    for (const resolve of blocked) resolve();
  }
}
