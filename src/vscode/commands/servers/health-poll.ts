/** What asks for health by itself works with. */
export interface HealthPollDeps {
  /** Undefined: never. */
  intervalMs(): number | undefined;
  /** Somebody can see the answers. */
  isSeen(): boolean;
  /** Asks every connected server, in bounded time. Never rejects. */
  check(signal: AbortSignal): Promise<void>;
}

/** Asks for the health of servers from time to time, while somebody can see the answers; never twice at once. */
export class HealthPoll implements Disposable {
  readonly #deps: HealthPollDeps;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(deps: HealthPollDeps) {
    this.#deps = deps;
    this.update();
  }

  /** The interval may have changed. */
  update(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const intervalMs = this.#deps.intervalMs();
    if (intervalMs !== undefined) this.#timer = setInterval(() => void this.#ask(), intervalMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stop.abort();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking || !this.#deps.isSeen()) return;
    this.#isAsking = true;
    try {
      await this.#deps.check(this.#stop.signal);
    } finally {
      this.#isAsking = false;
    }
  }
}
