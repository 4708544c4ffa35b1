/** What one job may ask of us; docs/security.md, "Helpers". Sizes in bytes, times in milliseconds. */
export const LIMITS = {
  /** The request line and the headers together. */
  headerBytes: 8_192,
  outputBytes: 1_048_576,
  variableBytes: 65_536,
  jsonDepth: 32,
  pathLength: 512,
  atOnce: 8,
  perSecond: 50,
  burst: 100,
  perServerSecond: 200,
  headerMs: 5_000,
  requestMs: 15_000,
  idleMs: 30_000,
  lingerMs: 1_000,
} as const;

/** Lets `burst` through at once and `perSecond` in the long run. `now`: milliseconds that never go back. */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#left = burst;
    this.#at = now();
  }

  /** Whether one more may pass now. */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** The limits of the jobs on all servers, as far as they are counted. */
export class Turnstile {
  readonly #now: () => number;
  readonly #jobs = new Map<string, { readonly rate: Rate; inside: number }>();
  readonly #servers = new Map<string, Rate>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** To be disposed when the request is answered; undefined: it is one too many. */
  enter({ job, server }: { readonly job: string; readonly server: string }): Disposable | undefined {
    const own = this.#jobs.get(job) ?? { rate: new Rate(LIMITS.perSecond, LIMITS.burst, this.#now), inside: 0 };
    this.#jobs.set(job, own);
    const { perServerSecond } = LIMITS;
    const all = this.#servers.get(server) ?? new Rate(perServerSecond, 2 * perServerSecond, this.#now);
    this.#servers.set(server, all);
    if (!own.rate.take() || own.inside >= LIMITS.atOnce || !all.take()) return undefined;
    own.inside += 1;
    let isInside = true;
    return {
      [Symbol.dispose]: () => {
        if (isInside) own.inside -= 1;
        isInside = false;
      },
    };
  }

  /** The job asks nothing any more. */
  forget(job: string): void {
    this.#jobs.delete(job);
  }
}
