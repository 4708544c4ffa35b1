/** A time limit whose clock stands still while a person is asked. */
export class Deadline {
  readonly #onExpired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #leftMs = 0;
  #startedAt = 0;
  #pauses = 0;

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  /** Begins anew with `limitMs`. */
  start(limitMs: number): void {
    this.#isRunning = true;
    this.#leftMs = limitMs;
    this.#tick();
  }

  /** Runs `work` with the clock standing still. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses += 1;
    if (this.#pauses === 1) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#startedAt;
    }
    try {
      return await work();
    } finally {
      this.#pauses -= 1;
      this.#tick();
    }
  }

  /** For good. */
  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
  }

  #tick(): void {
    clearTimeout(this.#timer);
    if (!this.#isRunning || this.#pauses > 0) return;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(this.#onExpired, Math.max(0, this.#leftMs));
  }
}
