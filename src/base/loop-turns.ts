/**
 * Spreads work that a thousand would begin at the same moment: each begins in a turn of the event loop of its own, so that
 * nothing else (a key press, a cancel) waits for all of them.
 */
export class LoopTurns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** Resolves at once for who asks first, in order and one turn after the other for those who ask meanwhile. */
  take(): Promise<void> {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    setImmediate(() => this.#next());
    return Promise.resolve();
  }

  #next(): void {
    const next = this.#waiting.shift();
    this.#isTaken = next !== undefined;
    if (next === undefined) return;
    setImmediate(() => this.#next());
    next();
  }
}
