/** What one turn of the event loop may take before the rest waits for the next one: a key press is answered in between. */
const TURN_MS = 15;

/** How many that wait are tried in one turn at most. */
const TRIED_PER_TURN = 64;

/**
 * Shares the event loop's turns: the system hands over everything that has come in at once, from a thousand servers at worst, and
 * Node works through all of it before anything else has its turn.
 */
export class LoopShare {
  readonly #waiting: (() => void)[] = [];
  /** When this turn began, as far as we know; undefined while nothing of ours is done. */
  #began: number | undefined;
  #isDraining = false;
  /** Somebody was let begin in this turn. */
  #isGiven = false;

  /** Says whether what comes now has to wait: this turn has taken long enough, or others wait already. Who asks first begins it. */
  isTaken(): boolean {
    if (this.#waiting.length > 0) return true;
    if (this.#began !== undefined) return performance.now() - this.#began >= TURN_MS;
    this.#began = performance.now();
    setImmediate(() => {
      if (!this.#isDraining) this.#began = undefined;
    });
    return false;
  }

  /** Does the work at once, or in a later turn when this one is taken. */
  soon(work: () => void): void {
    if (this.isTaken()) this.later(work);
    else work();
  }

  /** Does the work in a later turn, behind all that wait already. */
  later(work: () => void): void {
    this.#waiting.push(work);
    if (this.#isDraining) return;
    this.#isDraining = true;
    setImmediate(() => this.#drain());
  }

  /** Resolves at once for who asks first in a turn that is not taken: how long that takes is not known when the next one asks. */
  async turn(): Promise<void> {
    if (this.isTaken() || this.#isGiven) return await new Promise<void>((resolve) => this.later(resolve));
    this.#isGiven = true;
    setImmediate(() => {
      this.#isGiven = false;
    });
  }

  /** Each of them as a callback of its own, so that what it leads to is done before the next and counts, too. */
  #drain(): void {
    const began = performance.now();
    this.#began = began;
    const next = (): void => {
      if (performance.now() - began < TURN_MS) this.#waiting.shift()?.();
    };
    for (let count = Math.min(this.#waiting.length, TRIED_PER_TURN); count > 0; count--) setImmediate(next);
    setImmediate(() => {
      if (this.#waiting.length > 0) return this.#drain();
      this.#isDraining = false;
      this.#began = undefined;
    });
  }
}

/** There is one event loop, so there is one of these. */
export const eventLoop = new LoopShare();
