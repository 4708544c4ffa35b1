import { eventLoop, type LoopShare } from '../base/loop-share.ts';
import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { RunEnd } from '../store/run-files.ts';
import type { Store } from '../store/store.ts';

/** What became of a job; `at` is milliseconds since 1970. */
export type Fact = { readonly job: string; readonly at: number } & (
  | { readonly phase: JobPhase }
  | { readonly outcome: JobOutcome }
);

export interface FactsDeps {
  readonly store: Pick<Store, 'jobs' | 'runFiles' | 'transactionLightly'>;
  /** Something was written. */
  changed(): void;
  /** Absent: the event loop of this process. */
  readonly loop?: Pick<LoopShare, 'later'>;
}

/**
 * Writes facts of jobs down, none of which waits for the disk: the first of a turn of the event loop at once, the others in one
 * transaction at its end. With a hundred servers each has several, and a transaction costs more than what is in it.
 */
export class Facts {
  readonly #deps: FactsDeps;
  readonly #waiting: { readonly fact: Fact; resolve(): void; reject(error: unknown): void }[] = [];
  /** One was written in this turn. */
  #isBegun = false;

  constructor(deps: FactsDeps) {
    this.#deps = deps;
  }

  /** Resolves when it is written, in the order of the calls. */
  async write(fact: Fact): Promise<void> {
    if (this.#isBegun) {
      return await new Promise((resolve, reject) => this.#waiting.push({ fact, resolve, reject }));
    }
    this.#isBegun = true;
    setImmediate(() => {
      this.#isBegun = false;
      this.flush();
    });
    this.#writeAll([fact]);
  }

  /** Writes what waits: what must not be overtaken by what is written next. */
  flush(): void {
    const waiting = this.#waiting.splice(0);
    const { loop = eventLoop } = this.#deps;
    // What each of them leads to takes longer than the writing.
    const done = (each: (typeof waiting)[number]): void => loop.later(each.resolve);
    try {
      this.#writeAll(waiting.map(({ fact }) => fact));
      waiting.forEach(done);
    } catch {
      // One that cannot be written keeps none of the others from it.
      for (const each of waiting) {
        try {
          this.#writeAll([each.fact]);
          done(each);
        } catch (error) {
          each.reject(error);
        }
      }
    }
  }

  #writeAll(facts: readonly Fact[]): void {
    const [only, ...others] = facts;
    if (!only) return;
    const { store, changed } = this.#deps;
    const ends = new Map<string, RunEnd[]>();
    const write = (): void => {
      for (const fact of facts) this.#writeOne(fact, ends);
    };
    if (others.length === 0) write();
    else store.transactionLightly(write);
    for (const [run, some] of ends) store.runFiles.settled(run, some);
    changed();
  }

  #writeOne(fact: Fact, ends: Map<string, RunEnd[]>): void {
    const { jobs } = this.#deps.store;
    const { job, at } = fact;
    if ('phase' in fact) return jobs.setPhase(job, fact.phase, at);
    const { outcome } = fact;
    const run = jobs.settle(job, outcome, at) ? jobs.runOf(job) : undefined;
    if (run === undefined) return;
    const known = ends.get(run);
    if (known) known.push({ job, outcome, at });
    else ends.set(run, [{ job, outcome, at }]);
  }
}
