import { sentence } from '../domain/errors.ts';
import type { JobPhase } from '../domain/job.ts';
import type { Mask } from '../domain/mask/mask.ts';
import type { OutputText } from '../domain/mask/output-text.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobPlan, RunPlan } from '../domain/run.ts';
import type { Progress, RunEvent } from '../domain/run-event.ts';
import type { Server } from '../domain/server.ts';
import type { HelperDesk } from '../helpers/desk.ts';
import type { Effects } from './effects.ts';
import type { Journal } from './journal.ts';
import type { Mirror } from './mirror.ts';
import type { Pauses } from './pauses.ts';
import type { Sessions } from './sessions.ts';

/** What jobs need from the rest of the engine. */
export interface JobDeps {
  readonly sessions: Sessions;
  readonly journal: Journal;
  /** This installation's id: 32 hex digits. */
  readonly install: string;
  openMirror(job: string): Mirror;
  /** What is replaced in all that is told of the job. Never rejects. */
  maskOf(job: string): Promise<Mask>;
  /** What travels with a start for its script to ask for: JSON. */
  contextOf(job: JobPlan, plan: RunPlan): Uint8Array;
  /** Where scripts are answered. */
  readonly desk: Pick<HelperDesk, 'admit' | 'keepOut' | 'dismiss'>;
  /** Where what scripts put out and set goes. */
  readonly effects: Effects;
  /** A fact that may be stale: the server asks when it is wrong. */
  holdsPayload(server: Server, sha256: string): boolean;
  /** The server holds the payload: it has started a job with it. */
  payloadHeld(server: Server, sha256: string): void;
  /** Between tries to reach a server that went away. */
  readonly pauses: Pauses;
  /** Says whether another try may help: a refused connection, not a refused key. */
  isRetryable(error: unknown): boolean;
  random(): number;
}

/** How a person may end the watching of a job. */
export interface JobSignals {
  /** Stop the script, and wait until the server has confirmed it. */
  readonly cancel: AbortSignal;
  /** Stop watching; the script goes on. */
  readonly leave: AbortSignal;
}

export type JobEnd =
  | { readonly kind: 'settled'; readonly outcome: JobOutcome }
  /** Nobody watches any more; the job has no outcome yet and can be followed later. */
  | {
      readonly kind: 'left';
      readonly message: string;
      /** The server has said so just now. */
      readonly isRunning?: true;
    };

/** What a job's steps are begun with. */
export interface JobOptions {
  readonly signals: JobSignals;
  /** What is replaced in all that is told of the job. */
  readonly mask: Mask;
  emit(event: RunEvent): Promise<void>;
}

/** One job with all that its steps share. */
export class JobContext {
  readonly job: JobPlan;
  readonly deps: JobDeps;
  readonly signals: JobSignals;
  readonly mask: Mask;
  readonly #emit: (event: RunEvent) => Promise<void>;
  #phase: JobPhase = 'queued';
  /** What was last said about the store: once is enough. */
  #complaint = '';

  constructor(job: JobPlan, deps: JobDeps, { signals, mask, emit }: JobOptions) {
    this.job = job;
    this.deps = deps;
    this.signals = signals;
    this.mask = mask;
    this.#emit = emit;
  }

  /** Output has gone through the mask where its pieces are put together; sentences of a server go through it here. */
  emit(event: RunEvent): Promise<void> {
    return this.#emit(event.type === 'note' ? { ...event, message: this.mask.text(event.message) } : event);
  }

  /** Tells what is left of the output when nothing more comes, and the end as it may be told. */
  async finish(end: JobEnd, text: OutputText): Promise<JobEnd> {
    if (end.kind === 'left') return { ...end, message: this.mask.text(end.message) };
    const server = this.job.server.name;
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = text.end(stream);
      if (rest !== '') await this.emit({ type: 'output', server, stream, text: rest });
    }
    const { outcome } = end;
    if (outcome.kind !== 'broken' && outcome.kind !== 'lost') return end;
    return { kind: 'settled', outcome: { ...outcome, message: this.mask.text(outcome.message) } };
  }

  /** Writes the phase down, then tells it. Progress within a phase is told only. */
  async enter(phase: JobPhase, progress?: Progress): Promise<void> {
    const before = this.#phase;
    if (phase !== before) {
      // Who tells of its progress before it is written does not write it again.
      this.#phase = phase;
      await this.#writeDown(phase).catch((error: unknown) => {
        if (this.#phase === phase) this.#phase = before;
        throw error;
      });
    } else if (!progress) return;
    await this.emit({ type: 'phase', server: this.job.server.name, phase, ...(progress ? { progress } : {}) });
  }

  /** Tells a phase that another one follows at once, and with which it need not be written down. */
  async pass(phase: JobPhase): Promise<void> {
    this.#phase = phase;
    await this.emit({ type: 'phase', server: this.job.server.name, phase });
  }

  /** What only tells of a script that runs is found out again; an intent that cannot be written down must not become a deed. */
  async #writeDown(phase: JobPhase): Promise<void> {
    try {
      await this.deps.journal.phase(this.job.id, phase);
    } catch (error) {
      if (phase !== 'running' && phase !== 'detached' && phase !== 'draining') throw error;
      if (sentence(error) === this.#complaint) return;
      this.#complaint = sentence(error);
      await this.note(this.#complaint);
    }
  }

  /** For callbacks that cannot wait. What cannot be written down now is written with the next phase or the outcome. */
  enterSoon(phase: JobPhase, progress?: Progress): void {
    this.enter(phase, progress).catch(() => {});
  }

  note(message: string): Promise<void> {
    return this.emit({ type: 'note', server: this.job.server.name, message });
  }
}
