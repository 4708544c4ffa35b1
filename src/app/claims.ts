import { Stopped, sentence } from '../domain/errors.ts';
import type { RunPlan } from '../domain/run.ts';
import type { Owner } from '../store/owner.ts';
import type { Store } from '../store/store.ts';

/** A process that dies is known to be dead at once on its own machine; elsewhere its jobs are free after this time. */
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;

/** A job of ours, with what cancels it: alone, or together with others. */
interface Ours {
  readonly cancel: AbortController;
  together?: Set<Ours>;
}

/** The jobs that this process looks after. Nobody else does, and in this process only one at a time. */
export class Claims implements Disposable {
  readonly #store: Store;
  readonly #owner: Owner;
  readonly #log: (line: string) => void;
  readonly #jobs = new Map<string, Ours>();
  /** Those that are cancelled with a signal. */
  readonly #together = new WeakMap<AbortSignal, Set<Ours>>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store, owner: Owner, log: (line: string) => void) {
    this.#store = store;
    this.#owner = owner;
    this.#log = log;
    this.#timer = setInterval(() => this.#renew(), RENEW_MS).unref();
  }

  /**
   * Writes a run down whose jobs are ours from the beginning, so that nobody takes one of them for a job that was left. The disk is
   * waited for with the first intent: until then nothing was done anywhere that this would have to tell.
   */
  begin(plan: RunPlan): void {
    const now = Date.now();
    const lease = { owner: this.#owner, until: now + LEASE_MS };
    this.#store.transactionLightly(() => this.#store.runs.insert(plan, now, lease));
    for (const { id } of plan.jobs) this.#jobs.set(id, { cancel: new AbortController() });
  }

  /** Those of the jobs that are free; they are ours from now on. */
  claim(jobs: readonly string[]): ReadonlySet<string> {
    const lease = { now: Date.now(), leaseMs: LEASE_MS };
    const others = jobs.filter((job) => !this.#jobs.has(job));
    const claimed = this.#store.transactionLightly(() => {
      if (this.#store.jobs.claimNew(others, this.#owner, lease)) return others;
      return others.filter((job) => this.#store.jobs.claim(job, this.#owner, lease));
    });
    for (const job of claimed) this.#jobs.set(job, { cancel: new AbortController() });
    return new Set(claimed);
  }

  has(job: string): boolean {
    return this.#jobs.has(job);
  }

  /** Aborted when a cancel is asked of this job, or with `signal`. */
  cancelSignal(job: string, signal: AbortSignal): AbortSignal {
    const own = this.#jobs.get(job);
    if (!own || signal.aborted) return signal;
    own.together = this.#together.get(signal) ?? this.#cancelTogether(signal);
    own.together.add(own);
    return own.cancel.signal;
  }

  /** Notes that a cancel of the jobs was asked for, and begins with those that are ours. */
  requestCancel(jobs: readonly string[]): void {
    this.#store.jobs.requestCancel(jobs);
    for (const job of jobs) this.#jobs.get(job)?.cancel.abort(new Stopped('user'));
  }

  /** Begins with the cancels that other processes have asked for. */
  noticeCancels(): void {
    if (this.#jobs.size === 0) return;
    try {
      for (const job of this.#store.jobs.cancelRequested()) this.#jobs.get(job)?.cancel.abort(new Stopped('user'));
    } catch (error) {
      this.#log(`Cannot look for cancels: ${sentence(error)}`);
    }
  }

  release(jobs: Iterable<string>): void {
    try {
      const ours = [...jobs].filter((job) => this.#forget(job));
      if (ours.length > 0) this.#store.jobs.release(ours, this.#owner);
    } catch (error) {
      // The lease runs out by itself.
      this.#log(`Cannot give up a job: ${sentence(error)}`);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.release([...this.#jobs.keys()]);
  }

  /** One listener for all of them: `AbortSignal.any` costs more than all else that a job's signals do. */
  #cancelTogether(signal: AbortSignal): Set<Ours> {
    const together = new Set<Ours>();
    this.#together.set(signal, together);
    const onAbort = (): void => {
      for (const { cancel } of together) cancel.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return together;
  }

  #forget(job: string): boolean {
    const own = this.#jobs.get(job);
    own?.together?.delete(own);
    return this.#jobs.delete(job);
  }

  #renew(): void {
    if (this.#jobs.size === 0) return;
    try {
      this.#store.jobs.renew([...this.#jobs.keys()], this.#owner, { now: Date.now(), leaseMs: LEASE_MS });
    } catch (error) {
      this.#log(`Cannot renew the leases of jobs: ${sentence(error)}`);
    }
  }
}
