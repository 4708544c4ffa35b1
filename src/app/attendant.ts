import { abortable } from '../base/wait.ts';
import { sentence } from '../domain/errors.ts';
import type { JobRecord, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { JobDeps, JobEnd } from '../execution/job-context.ts';
import { refreshJob, resumeJob, type UnfinishedJob } from '../execution/resume.ts';
import { executeFollow } from '../execution/run.ts';
import type { Stray } from '../runner/message.ts';
import { openMirror } from '../store/mirror.ts';
import { listSegments } from '../store/segments.ts';
import type { Store } from '../store/store.ts';
import type { Claims } from './claims.ts';
import type { RunSignals } from './cronium.ts';
import { readExit } from './log.ts';
import type { AdoptOptions } from './overlap.ts';
import { tailJob } from './tail.ts';
import { LogTeller } from './tell.ts';

/** How long it may take to learn how jobs stand, of all servers together. */
const REFRESH_LIMIT_MS = 10_000;

export interface AttendantDeps {
  readonly store: Store;
  readonly claims: Claims;
  readonly execution: JobDeps;
  log(line: string): void;
}

type Emit = (event: RunEvent) => Promise<void>;

/** Looks after jobs that were begun before: by this process, or by one that is gone. */
export class Attendant {
  readonly #deps: AttendantDeps;

  constructor(deps: AttendantDeps) {
    this.#deps = deps;
  }

  /** Tells the log of these jobs of the run from its beginning, and goes on to their ends. */
  follow(run: RunRecord, jobs: readonly JobRecord[], signals: RunSignals): AsyncGenerator<RunEvent> {
    const { store, execution } = this.#deps;
    const others = run.jobs.filter((job) => !jobs.includes(job)).map(({ id }) => id);
    return executeFollow(run.id, jobs, {
      journal: execution.journal,
      known: () => others.map((id) => store.jobs.find(id)?.outcome),
      resume: (plan, emit) => this.#followJob(jobs.find(({ id }) => id === plan.id) as JobRecord, signals, emit),
    });
  }

  /** Brings those of the jobs up to date that nobody looks after, without waiting for their ends, in bounded time. */
  async refresh(jobs: readonly JobRecord[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { claims } = this.#deps;
    const claimed = claims.claim(jobs.map(({ id }) => id));
    const leave = AbortSignal.any([signal, AbortSignal.timeout(REFRESH_LIMIT_MS)]);
    try {
      await Promise.all(jobs.filter(({ id }) => claimed.has(id)).map((job) => this.#refreshJob(job, leave)));
    } finally {
      claims.release(claimed);
    }
  }

  /** See `TurnDeps`. */
  adopt(job: JobRecord, { until, signal }: AdoptOptions): Promise<boolean> | undefined {
    const { claims } = this.#deps;
    if (claims.claim([job.id]).size === 0) return undefined;
    const attended =
      until === 'known'
        ? this.#refreshJob(job, AbortSignal.any([signal, AbortSignal.timeout(REFRESH_LIMIT_MS)]))
        : this.#attend(job, (unfinished) => {
            const signals = { cancel: claims.cancelSignal(job.id, never()), leave: signal };
            return resumeJob(unfinished, this.#deps.execution, { signals, emit: async () => {} });
          });
    return attended.finally(() => claims.release([job.id]));
  }

  /** See `Cronium`. */
  async endStrays(job: JobRecord, { signal }: { readonly signal: AbortSignal }): Promise<readonly Stray[]> {
    const { sessions, install } = this.#deps.execution;
    using used = await sessions.use(job.server, { signal });
    const { strays = [] } = await abortable(used.session.cancel(job.id, install), { signal });
    return strays;
  }

  #refreshJob(job: JobRecord, leave: AbortSignal): Promise<boolean> {
    const signals = { cancel: never(), leave };
    return this.#attend(job, (unfinished) =>
      refreshJob(unfinished, this.#deps.execution, { signals, emit: async () => {} }),
    );
  }

  /** Does something for a job in silence, and writes its end down; says whether the job goes on. Never throws. */
  async #attend(job: JobRecord, work: (job: UnfinishedJob) => Promise<JobEnd>): Promise<boolean> {
    const { execution, log } = this.#deps;
    try {
      const end = await work(await this.#unfinished(job));
      if (end.kind === 'left') {
        log(`${job.server.name}: ${end.message}`);
        return end.isRunning === true;
      }
      await execution.journal.settled(job.id, end.outcome);
    } catch (error) {
      log(`${job.server.name}: ${sentence(error)}`);
    }
    return false;
  }

  /** Tells what the mirror has, then goes on with the job: from the store while another process looks after it, else ourselves. */
  async #followJob(job: JobRecord, signals: RunSignals, emit: Emit): Promise<JobEnd> {
    const { store, claims, execution } = this.#deps;
    const mask = await execution.maskOf(job.id);
    const teller = new LogTeller(store.logDir(job.id), { server: job.server.name, mask, emit });
    const tryClaim = (): boolean => claims.claim([job.id]).size > 0;
    if (job.outcome || !tryClaim()) {
      const end = await this.#whileCancelled(job, signals, emit, () =>
        tailJob(teller, { leave: signals.leave, find: () => store.jobs.find(job.id), tryClaim }),
      );
      if (end.kind !== 'ours') return end;
    }
    try {
      // Opening cuts a torn tail off, so that what is told here and what is followed then meet at one border.
      openMirror(store.logDir(job.id)).close();
      // Looked for first: an end that is found has its whole log in front of it, which is told then.
      const unfinished = await this.#unfinished(job);
      await teller.look();
      const cancel = claims.cancelSignal(job.id, signals.cancel);
      return await resumeJob(unfinished, execution, {
        signals: { cancel, leave: signals.leave },
        told: teller.told,
        emit,
      });
    } catch (error) {
      return { kind: 'left', message: sentence(error) };
    } finally {
      claims.release([job.id]);
    }
  }

  /** Cancelling needs no ownership: besides the owner, who may be stopped, the server is told; all hear of the end like everyone. */
  async #whileCancelled<T>(job: JobRecord, signals: RunSignals, emit: Emit, work: () => Promise<T>): Promise<T> {
    if (job.outcome || !signals.cancel.aborted || this.#deps.claims.has(job.id)) return await work();
    const over = new AbortController();
    const asked = this.#cancelElsewhere(job, emit, AbortSignal.any([signals.leave, over.signal]));
    try {
      return await work();
    } finally {
      over.abort();
      await asked;
    }
  }

  async #cancelElsewhere(job: JobRecord, emit: Emit, signal: AbortSignal): Promise<void> {
    const { sessions, install } = this.#deps.execution;
    try {
      using used = await sessions.use(job.server, { signal });
      await abortable(used.session.cancel(job.id, install), { signal });
    } catch (error) {
      if (signal.aborted) return;
      await emit({ type: 'note', server: job.server.name, message: `Cannot cancel: ${sentence(error)}` });
    }
  }

  /** As it is now: since the record was read, another process may have started the script, or a cancel may have been asked for. */
  async #unfinished(job: JobRecord): Promise<UnfinishedJob> {
    const { store } = this.#deps;
    const dir = store.logDir(job.id);
    const exit = await readExit(dir);
    const found = store.jobs.find(job.id) ?? job;
    // A database that lost what was written last may say that nothing had begun; the log knows better.
    const phase = found.phase === 'queued' && listSegments(dir).length > 0 ? 'detached' : found.phase;
    return { ...found, phase, ...(exit ? { exit } : {}) };
  }
}

/** Nobody asks for a cancel through it. */
function never(): AbortSignal {
  return new AbortController().signal;
}
