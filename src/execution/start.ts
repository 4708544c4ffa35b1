import { eventLoop } from '../base/loop-share.ts';
import { abortable } from '../base/wait.ts';
import { RefusedError, sentence } from '../domain/errors.ts';
import type { RunPlan } from '../domain/run.ts';
import type { JobState } from '../runner/message.ts';
import type { FirstStart } from '../runner/runner.ts';
import type { StartHandle } from '../runner/session-start.ts';
import type { StartFields } from '../runner/start-message.ts';
import { outcomeOf } from './follow.ts';
import { attachAt, type LiveJob, onAbort } from './follow-job.ts';
import type { JobContext, JobEnd } from './job-context.ts';
import { retryPauseMs } from './retry.ts';
import { isDisconnection } from './sessions.ts';

type Started = { readonly kind: 'live'; readonly live: LiveJob } | Extract<JobEnd, { kind: 'settled' }>;

type Brought = { readonly kind: 'heard'; readonly state: JobState } | Extract<JobEnd, { kind: 'settled' }>;

/** A payload may be removed between its upload and the script's start; not twice, unless something is wrong there. */
const MAX_PUTS = 2;

/** Brings a job's `start` to its server: connect, deploy if missing, upload if needed, with retries until the script runs. */
export class Start {
  readonly #context: JobContext;
  readonly #plan: RunPlan;
  #isSent = false;
  /** How often the server may have heard the start. */
  #sends = 0;

  constructor(context: JobContext, plan: RunPlan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** The server may have been told to start the script. */
  get mayHaveBeenSent(): boolean {
    return this.#isSent;
  }

  /** The runner itself said no to the only start that it has heard: the script has not run and will not. */
  wasRefused(error: unknown): boolean {
    return error instanceof RefusedError && (error.re === 'start' || error.re === 'put') && this.#sends <= 1;
  }

  async run(): Promise<Started> {
    const { deps, signals } = this.#context;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt();
      } catch (error) {
        const isHopeless = !deps.isRetryable(error) && !isDisconnection(error);
        if (isHopeless || attempt >= this.#plan.retries || signals.leave.aborted) throw error;
        if (signals.cancel.aborted && !this.#isSent) throw error;
        const { job } = this.#context;
        const pause = retryPauseMs(attempt, deps.random);
        await this.#context.note(`${sentence(error)}; trying again in ${(pause / 1000).toFixed(1)} s`);
        // A cancel ends the pause: what may have been sent has to be called back at once.
        const stop = AbortSignal.any([signals.leave, signals.cancel]);
        await deps.pauses.wait(job.server, pause, { signal: stop }).catch((reason) => {
          if (signals.leave.aborted || !this.#isSent) throw reason;
        });
      }
    }
  }

  async #attempt(): Promise<Started> {
    const { job, deps, signals } = this.#context;
    // Where nobody has to connect, many jobs send at once: their intents are written together, and nothing before them.
    const isIntended = deps.sessions.isOpen(job.server) && !signals.cancel.aborted;
    if (isIntended) {
      await this.#context.pass('connecting');
      await deps.journal.starting(job.id);
      // Many were waiting for the same write.
      await eventLoop.turn();
    } else {
      await this.#context.enter('connecting');
    }
    const opening = new AbortController();
    // An earlier attempt may have been heard; only what this one sends can be taken back.
    const wasSent = this.#isSent;
    using _leave = onAbort(signals.leave, () => opening.abort(signals.leave.reason));
    using _cancel = onAbort(signals.cancel, () => {
      if (!this.#isSent) opening.abort(signals.cancel.reason);
    });
    const isCalledOff = signals.cancel.aborted;
    const used = await deps.sessions.use(job.server, {
      ...(isCalledOff ? {} : { first: await this.#first() }),
      onSent: () => {
        if (!isIntended) deps.journal.intend(job.id);
        this.#isSent = true;
        this.#sends += 1;
      },
      onDiscarded: () => {
        if (this.#isSent !== wasSent) this.#sends -= 1;
        this.#isSent = wasSent;
        if (signals.cancel.aborted && !wasSent) opening.abort(signals.cancel.reason);
      },
      onDeploy: (_artifact, progress) => this.#context.enterSoon('deploying', progress),
      signal: opening.signal,
    });
    let isHandedOver = false;
    try {
      if (!used.first || signals.cancel.aborted) {
        const state = await this.#untilLeft(used.session.cancel(job.id, deps.install));
        const outcome = state.startedAt === undefined ? outcomeOf(state) : undefined;
        if (outcome) return { kind: 'settled', outcome };
      }
      const handle = used.first ?? (await this.#attach(used.session));
      const brought = await this.#bringToStart(used.session, handle);
      if (brought.kind === 'settled') return brought;
      const { state } = brought;
      const outcome = state.startedAt === undefined ? outcomeOf(state) : undefined;
      if (outcome) return { kind: 'settled', outcome };
      deps.payloadHeld(job.server, this.#plan.payload.sha256);
      isHandedOver = true;
      const { session } = used;
      const live = { session, attachment: handle.attachment, state, [Symbol.dispose]: () => used[Symbol.dispose]() };
      return { kind: 'live', live };
    } finally {
      if (!isHandedOver) used[Symbol.dispose]();
    }
  }

  /** Uploads the payload if the server asks for it; the job's state when the script has started. */
  async #bringToStart(session: LiveJob['session'], handle: StartHandle): Promise<Brought> {
    const { job, deps, signals } = this.#context;
    if ((await this.#untilLeft(handle.answer)) === 'started') return { kind: 'heard', state: await handle.started };
    const calledOff = Promise.withResolvers<JobState>();
    calledOff.promise.catch(() => {});
    using _cancel = onAbort(signals.cancel, () => {
      session.cancel(job.id, deps.install).then(calledOff.resolve, calledOff.reject);
    });
    const isCalledOff = calledOff.promise.then((state): Brought => ({ kind: 'heard', state }));
    isCalledOff.catch(() => {});
    for (let puts = 0; puts < MAX_PUTS; puts++) {
      if (!(await this.#put(session))) return await this.#untilLeft(isCalledOff);
      await this.#context.enter('starting');
      const answer = await this.#untilLeft(Promise.race([handle.answerToPut(), isCalledOff]));
      if (answer === 'started') return { kind: 'heard', state: await handle.started };
      if (answer !== 'need') return answer;
    }
    // It waits there for whoever brings the payload next.
    const state = await this.#untilLeft(session.cancel(job.id, deps.install));
    if (state.startedAt !== undefined) return { kind: 'heard', state };
    const message = `Cannot start on "${job.server.name}": it got the payload twice and has lost it each time; does somebody clean up there?`;
    return { kind: 'settled', outcome: { kind: 'broken', code: 'payload/absent', message } };
  }

  /** False: the job was cancelled meanwhile. */
  async #put(session: LiveJob['session']): Promise<boolean> {
    const { signals } = this.#context;
    const { payload } = this.#plan;
    await this.#context.enter('uploading', { done: 0, total: payload.size });
    try {
      await session.put(payload, {
        onProgress: (done) => this.#context.enterSoon('uploading', { done, total: payload.size }),
        signal: AbortSignal.any([signals.leave, signals.cancel]),
      });
      return true;
    } catch (error) {
      if (signals.cancel.aborted && !signals.leave.aborted) return false;
      throw error;
    }
  }

  async #attach(session: LiveJob['session']): Promise<StartHandle> {
    const { state, attachment } = await this.#untilLeft(attachAt(session, this.#context.job.id, 0));
    const isStarted = Promise.resolve('started' as const);
    return { answer: isStarted, answerToPut: () => isStarted, started: Promise.resolve(state), attachment };
  }

  #untilLeft<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, { signal: this.#context.signals.leave });
  }

  async #first(): Promise<FirstStart> {
    const { payload, spec } = this.#plan;
    const { job, deps } = this.#context;
    const { args, env } = { ...spec, ...job.own };
    if (!spec.api) deps.desk.keepOut(job.id);
    const start: StartFields = {
      job: job.id,
      run: this.#plan.id,
      install: deps.install,
      server: job.server.name,
      event: this.#plan.eventName,
      payload: payload.sha256,
      ...(args ? { args } : {}),
      env,
      timeoutMs: spec.timeoutMs,
      graceMs: spec.graceMs,
      onDisconnect: spec.onDisconnect,
      ...(Object.keys(spec.secrets).length > 0 ? { secrets: spec.secrets } : {}),
      ...(spec.secretsAs ? { secretsAs: spec.secretsAs } : {}),
      ...(spec.api ? { api: { token: await deps.desk.admit(job.id, { server: job.server.name }) } } : {}),
    };
    // As the variables are now: a start that is tried again brings newer ones.
    const first = { start, context: deps.contextOf(job, this.#plan) };
    return deps.holdsPayload(job.server, payload.sha256) ? first : { ...first, payload };
  }
}
