import { wait } from '../base/wait.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobPlan, RunPlan } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { JobState, StartMessage } from '../runner/message.ts';
import type { FirstStart } from '../runner/runner.ts';
import type { StartHandle } from '../runner/session.ts';
import { outcomeOf } from './follow.ts';
import { cancelOn, followJob, type LiveJob, onAbort } from './follow-job.ts';
import { JobContext, type JobDeps, type JobEnd, type JobSignals } from './job-context.ts';
import { retryPauseMs } from './retry.ts';
import { isDisconnection } from './sessions.ts';

/** Runs one job to its end. Never throws: whatever happens is the job's end, and its siblings go on. */
export async function runJob(
  job: JobPlan,
  plan: RunPlan,
  deps: JobDeps,
  options: { readonly signals: JobSignals; emit(event: RunEvent): Promise<void> },
): Promise<JobEnd> {
  const context = new JobContext(job, deps, options);
  const start = new Start(context, plan);
  try {
    const started = await start.run();
    return started.kind === 'live' ? await followJob(context, started.live) : started;
  } catch (error) {
    return await afterFailure(context, start, error);
  }
}

/** What an error before the script's start means. */
async function afterFailure(context: JobContext, start: Start, error: unknown): Promise<JobEnd> {
  const { signals } = context;
  if (!start.mayHaveBeenSent) {
    if (signals.cancel.aborted) return settled({ kind: 'cancelled' });
    if (signals.leave.aborted) return settled({ kind: 'cancelled' });
    return settled(broken(error));
  }
  if (isRefusal(error)) return settled(broken(error));
  // Sent without an answer: it may run. Never `broken`; whoever looks next asks the server for the same job.
  if (!signals.leave.aborted) await context.note(sentence(error));
  return { kind: 'left', message: 'It is not known whether the script was started there' };
}

/** The runner itself said no to the start: it has not run and will not. */
function isRefusal(error: unknown): boolean {
  return error instanceof CroniumError && /^(message|payload|disk|start|limit)\//.test(error.code);
}

function settled(outcome: JobOutcome): JobEnd {
  return { kind: 'settled', outcome };
}

/** A bug keeps its name, so that nobody takes it for the server's fault. */
function broken(error: unknown): JobOutcome {
  const code = error instanceof CroniumError ? error.code : 'internal';
  return { kind: 'broken', code, message: error instanceof CroniumError ? error.message : `Bug: ${sentence(error)}` };
}

type Started = { readonly kind: 'live'; readonly live: LiveJob } | Extract<JobEnd, { kind: 'settled' }>;

/** Brings a job's `start` to its server: connect, deploy if missing, upload if needed, with retries until the script runs. */
class Start {
  readonly #context: JobContext;
  readonly #plan: RunPlan;
  #sent = false;

  constructor(context: JobContext, plan: RunPlan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** The server may have been told to start the script. */
  get mayHaveBeenSent(): boolean {
    return this.#sent;
  }

  async run(): Promise<Started> {
    const { deps, signals } = this.#context;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt();
      } catch (error) {
        const hopeless = !deps.isRetryable(error) && !isDisconnection(error);
        if (hopeless || attempt >= this.#plan.retries || signals.leave.aborted) throw error;
        if (signals.cancel.aborted && !this.#sent) throw error;
        const pause = retryPauseMs(attempt, deps.random);
        await this.#context.note(`${sentence(error)}; trying again in ${(pause / 1000).toFixed(1)} s`);
        // A cancel ends the pause: what may have been sent has to be called back at once.
        await wait(pause, { signal: AbortSignal.any([signals.leave, signals.cancel]) }).catch((reason) => {
          if (signals.leave.aborted || !this.#sent) throw reason;
        });
      }
    }
  }

  async #attempt(): Promise<Started> {
    const { job, deps, signals } = this.#context;
    await this.#context.enter('connecting');
    const opening = new AbortController();
    using _leave = onAbort(signals.leave, () => opening.abort(signals.leave.reason));
    using _cancel = onAbort(signals.cancel, () => {
      if (!this.#sent) opening.abort(signals.cancel.reason);
    });
    const calledOff = signals.cancel.aborted;
    const used = await deps.sessions.use(job.server, {
      ...(calledOff ? {} : { first: this.#first() }),
      onSent: () => {
        if (calledOff || opening.signal.aborted) return;
        this.#sent = true;
        deps.journal.phase(job.id, 'starting');
      },
      onDeploy: (_artifact, progress) => void this.#context.enter('deploying', progress),
      signal: opening.signal,
    });
    let handedOver = false;
    try {
      if (!used.first || signals.cancel.aborted) {
        const state = await cancelOn(this.#context, used.session);
        const outcome = state.startedAt === undefined ? outcomeOf(state, undefined) : undefined;
        if (outcome) return { kind: 'settled', outcome };
      }
      const handle = used.first ?? (await this.#attach(used.session));
      this.#sent = true;
      const state = await this.#bringToStart(used.session, handle);
      if (state.startedAt === undefined) {
        const outcome = outcomeOf(state, undefined);
        if (outcome) return { kind: 'settled', outcome };
      }
      deps.payloadHeld(job.server, this.#plan.payload.sha256);
      handedOver = true;
      const { session } = used;
      const live = { session, attachment: handle.attachment, state, [Symbol.dispose]: () => used[Symbol.dispose]() };
      return { kind: 'live', live };
    } finally {
      if (!handedOver) used[Symbol.dispose]();
    }
  }

  /** Uploads the payload if the server asks for it; the job's state when the script has started. */
  async #bringToStart(session: LiveJob['session'], handle: StartHandle): Promise<JobState> {
    const { payload } = this.#plan;
    const { signals } = this.#context;
    if ((await handle.answer) === 'started') return await handle.started;
    const calledOff = Promise.withResolvers<JobState>();
    using _cancel = onAbort(signals.cancel, () => {
      cancelOn(this.#context, session).then(calledOff.resolve, calledOff.reject);
    });
    const progress = (done: number): void => void this.#context.enter('uploading', { done, total: payload.size });
    await this.#context.enter('uploading', { done: 0, total: payload.size });
    const signal = AbortSignal.any([signals.leave, signals.cancel]);
    try {
      await session.put(payload, { onProgress: progress, signal });
    } catch (error) {
      if (signals.cancel.aborted && !signals.leave.aborted) return await calledOff.promise;
      throw error;
    }
    await this.#context.enter('starting');
    return await Promise.race([handle.started, calledOff.promise]);
  }

  async #attach(session: LiveJob['session']): Promise<StartHandle> {
    const { state, attachment } = await session.attach(this.#context.job.id, 0);
    return { answer: Promise.resolve('started'), started: Promise.resolve(state), attachment };
  }

  #first(): FirstStart {
    const { payload, spec } = this.#plan;
    const { job, deps } = this.#context;
    const start: Omit<StartMessage, 'type' | 'stream'> = {
      job: job.id,
      run: this.#plan.id,
      install: deps.install,
      server: job.server.name,
      event: this.#plan.eventName,
      payload: payload.sha256,
      ...(spec.args ? { args: spec.args } : {}),
      env: spec.env,
      timeoutMs: spec.timeoutMs,
      graceMs: spec.graceMs,
      onDisconnect: spec.onDisconnect,
      ...(spec.input === undefined ? {} : { input: spec.input }),
      ...(Object.keys(spec.secrets).length > 0 ? { secrets: spec.secrets } : {}),
    };
    return deps.holdsPayload(job.server, payload.sha256) ? { start } : { start, payload };
  }
}
