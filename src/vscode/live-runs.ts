import type { Cronium, RunSignals } from '../app/cronium.ts';
import { Emitter } from '../base/emitter.ts';
import { Stopped } from '../domain/errors.ts';
import { type RunPlan, type RunRecord, type RunStatus, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { LazyEngine } from './engine.ts';
import type { RunOutput, RunView } from './output/run-output.ts';

/** Runs that are followed after a reload of the window: each may hold a connection a server. */
const MAX_FOLLOWED_RUNS = 20;

interface LiveRun {
  readonly id: string;
  readonly event: string;
  readonly cancel: AbortController;
  readonly leave: AbortController;
  /** Its lines go to the output channel. */
  readonly isShown: boolean;
  done: Promise<RunStatus | undefined>;
}

interface Attendance {
  readonly id: string;
  readonly event: string;
  readonly view?: RunView;
  events(cronium: Cronium, signals: RunSignals): AsyncIterable<RunEvent>;
}

/** The runs that this window watches. Closing the window leaves them to their servers. */
export class LiveRuns implements AsyncDisposable {
  readonly #engine: LazyEngine;
  readonly #output: RunOutput;
  readonly #onDidChange = new Emitter<void>();
  readonly #runs = new Map<string, LiveRun>();
  readonly #shutdown = new AbortController();

  constructor(engine: LazyEngine, output: RunOutput) {
    this.#engine = engine;
    this.#output = output;
  }

  /** The names of the events that run now. */
  get names(): readonly string[] {
    return [...this.#runs.values()].map(({ event }) => event);
  }

  /** Aborted when the window goes away. */
  get left(): AbortSignal {
    return this.#shutdown.signal;
  }

  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  /** Runs the plan and shows its lines; resolves at its end, without a status when this window has left it. */
  start(plan: RunPlan): Promise<RunStatus | undefined> {
    const servers = plan.jobs.map(({ server }) => server.name);
    const view = this.#output.open({ run: plan.id, event: plan.eventName, servers });
    const { id, eventName: event } = plan;
    return this.#attend({ id, event, view, events: (cronium, signals) => cronium.run(plan, signals) });
  }

  /** Shows the log of a run from its beginning; goes on to its end, unless its lines are shown already. */
  async show(run: RunRecord, options: { readonly server?: string } = {}): Promise<void> {
    const live = this.#runs.get(run.id);
    if (live?.isShown) return;
    // Followed in silence so far: from now on with its lines, from the first one.
    live?.leave.abort(new Stopped('shutdown'));
    await live?.done.catch(() => {});
    const servers = run.jobs.map(({ server }) => server.name).filter((name) => name === (options.server ?? name));
    const view = this.#output.reopen({ run: run.id, event: run.eventName, servers });
    if (isUnfinished(run)) return void (await this.#follow(run, view));
    const signals = { cancel: new AbortController().signal, leave: this.left };
    for await (const event of (await this.#engine.get()).follow(run.id, signals)) {
      view.show(event);
      await view.room();
    }
  }

  /** Stops the scripts of a run; resolves when their servers have confirmed it. */
  async cancel(run: RunRecord): Promise<void> {
    const live = this.#runs.get(run.id);
    live?.cancel.abort(new Stopped('user'));
    const { id, eventName: event } = run;
    await (live?.done ?? this.#attend({ id, event, events: (cronium, { leave }) => cronium.cancel(id, { leave }) }));
  }

  /** Takes up unfinished runs again, in silence, so that their phases and ends are seen; the newest first. */
  async comeBack(): Promise<void> {
    const cronium = await this.#engine.get();
    const runs = cronium.runs().filter((run) => isUnfinished(run) && !this.#runs.has(run.id));
    await Promise.all(runs.slice(0, MAX_FOLLOWED_RUNS).map((run) => this.#follow(run)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shutdown.abort(new Stopped('shutdown'));
    await Promise.allSettled([...this.#runs.values()].map(({ done }) => done));
  }

  #follow(run: RunRecord, view?: RunView): Promise<RunStatus | undefined> {
    const { id, eventName: event } = run;
    const events = (cronium: Cronium, signals: RunSignals): AsyncIterable<RunEvent> => cronium.follow(id, signals);
    return this.#attend({ id, event, events, ...(view ? { view } : {}) });
  }

  #attend(attendance: Attendance): Promise<RunStatus | undefined> {
    const { id, event, view } = attendance;
    const run: LiveRun = {
      id,
      event,
      cancel: new AbortController(),
      leave: new AbortController(),
      isShown: view !== undefined,
      done: Promise.resolve(undefined),
    };
    this.#runs.set(id, run);
    run.done = this.#watch(attendance, run);
    this.#onDidChange.emit();
    return run.done;
  }

  async #watch({ events, view }: Attendance, run: LiveRun): Promise<RunStatus | undefined> {
    try {
      const cronium = await this.#engine.get();
      const leave = AbortSignal.any([run.leave.signal, this.left]);
      let status: RunStatus | undefined;
      for await (const event of events(cronium, { cancel: run.cancel.signal, leave })) {
        view?.show(event);
        if (event.type === 'finished' && event.status !== 'running') status = event.status;
      }
      return status;
    } finally {
      this.#runs.delete(run.id);
      this.#onDidChange.emit();
    }
  }
}

function isUnfinished(run: RunRecord): boolean {
  return runStatus(run.jobs.map(({ outcome }) => outcome)) === 'running';
}
