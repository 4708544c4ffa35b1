import type { Cronium, RunSignals } from '../app/cronium.ts';
import { Emitter } from '../base/emitter.ts';
import { Stopped } from '../domain/errors.ts';
import { type RunPlan, type RunRecord, type RunStatus, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { LazyEngine } from './engine.ts';
import { type LiveJob, LiveJobs } from './live-jobs.ts';
import type { RunOutput, RunView } from './output/run-output.ts';

/** Runs that are followed after a reload of the window: each may hold a connection a server. */
const MAX_FOLLOWED_RUNS = 20;

interface LiveRun {
  readonly event: string;
  readonly cancel: AbortController;
  done: Promise<RunStatus | undefined>;
}

interface Attendance {
  readonly id: string;
  readonly event: string;
  /** Shows the lines as they come. */
  readonly view?: RunView;
  readonly cancel?: AbortSignal | undefined;
  events(cronium: Cronium, signals: RunSignals): AsyncIterable<RunEvent>;
}

export interface StartOptions {
  /** What shows the run's lines; absent: the event's output channel. */
  readonly view?: RunView;
  /** Stops the scripts, as `cancel` does. */
  readonly cancel?: AbortSignal | undefined;
}

/** A run that was begun before and is watched again. */
export interface TakenUp {
  readonly run: string;
  /** Without a status when this window has left it once more. */
  readonly ended: Promise<RunStatus | undefined>;
}

/** The runs that this window watches. Closing the window leaves them to their servers. */
export class LiveRuns implements AsyncDisposable {
  readonly #engine: LazyEngine;
  readonly #output: RunOutput;
  readonly #onDidChange = new Emitter<void>();
  readonly #runs = new Map<string, LiveRun>();
  readonly #jobs = new LiveJobs();
  readonly #shutdown = new AbortController();
  #latest: string | undefined;

  constructor(engine: LazyEngine, output: RunOutput) {
    this.#engine = engine;
    this.#output = output;
  }

  /** The names of the events that run now. */
  get names(): readonly string[] {
    return [...this.#runs.values()].map(({ event }) => event);
  }

  /** The id of the run that was started last in this window. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** Aborted when the window goes away. */
  get left(): AbortSignal {
    return this.#shutdown.signal;
  }

  /** What was last said of a job that goes on. */
  findJob(run: string, server: string): LiveJob | undefined {
    return this.#jobs.find(run, server);
  }

  /** Why a run has not begun yet. */
  findNote(run: string): string | undefined {
    return this.#jobs.findNote(run);
  }

  /** A run came or went, or something else is said of a job. */
  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  /** Runs the plan and shows its lines; resolves at its end, without a status when this window has left it. */
  start(plan: RunPlan, options: StartOptions = {}): Promise<RunStatus | undefined> {
    const { id, eventName: event } = plan;
    const view = options.view ?? this.#output.open(plan);
    this.#latest = id;
    return this.#attend({
      id,
      event,
      view,
      cancel: options.cancel,
      events: (cronium, signals) => cronium.run(plan, signals),
    });
  }

  /** Shows the log of a run, or of its part on one server, from its beginning to its end; unless its lines are shown already. */
  async show(run: RunRecord, options: { readonly server?: string } = {}): Promise<void> {
    if (options.server === undefined && this.#output.isOpen(run)) return;
    const view = this.#output.reopen(run, options);
    // Beside who watches it, and not in its place: to leave a run may end those of its jobs that have not begun. What goes wrong
    // with both is told by this one.
    const isLeft = isUnfinished(run) && !this.#runs.has(run.id);
    if (isLeft && options.server === undefined) this.#follow(run).catch(() => {});
    const signals = { cancel: new AbortController().signal, leave: AbortSignal.any([this.left, view.closed]) };
    const only = options.server === undefined ? {} : { servers: [options.server] };
    for await (const event of (await this.#engine.get()).follow(run.id, signals, only)) {
      view.show(event);
      await view.room();
    }
  }

  /** Stops the scripts of a run, on all servers or on these; resolves when they have confirmed it. */
  async cancel(run: RunRecord, options: { readonly servers?: readonly string[] } = {}): Promise<void> {
    const live = this.#runs.get(run.id);
    const { servers } = options;
    if (servers && run.jobs.some(({ server, outcome }) => !outcome && !servers.includes(server.name))) {
      return await this.#cancelSome(run, servers);
    }
    live?.cancel.abort(new Stopped('user'));
    const { id, eventName: event } = run;
    const events = (cronium: Cronium, { leave }: RunSignals): AsyncIterable<RunEvent> => cronium.cancel(id, { leave });
    await (live?.done ?? this.#attend({ id, event, events }));
  }

  /** Tries at once to reach the servers of a run again, all or these; a run that this window does not watch is watched from now on. */
  async retryNow(run: RunRecord, options: { readonly servers?: readonly string[] } = {}): Promise<void> {
    const cronium = await this.#engine.get();
    const servers = options.servers ?? run.jobs.map(({ server }) => server.name);
    // What goes wrong stands in the rows of its jobs, where it was asked for.
    if (!cronium.retryNow({ servers }) && !this.#runs.has(run.id)) this.#follow(run).catch(() => {});
  }

  /** Takes up unfinished runs again, in silence, so that their phases and ends are seen; the newest first. */
  async comeBack(): Promise<readonly TakenUp[]> {
    const cronium = await this.#engine.get();
    const runs = cronium.runs().filter((run) => isUnfinished(run) && !this.#runs.has(run.id));
    const room = Math.max(0, MAX_FOLLOWED_RUNS - this.#runs.size);
    return runs.slice(0, room).map((run) => ({ run: run.id, ended: this.#follow(run) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shutdown.abort(new Stopped('shutdown'));
    await Promise.allSettled([...this.#runs.values()].map(({ done }) => done));
  }

  /** The rest of the run goes on, here or elsewhere: its end is told there. */
  async #cancelSome(run: RunRecord, servers: readonly string[]): Promise<void> {
    const cronium = await this.#engine.get();
    for await (const _event of cronium.cancel(run.id, { leave: this.left }, { servers }));
  }

  #follow({ id, eventName: event }: RunRecord): Promise<RunStatus | undefined> {
    return this.#attend({ id, event, events: (cronium, signals) => cronium.follow(id, signals) });
  }

  #attend(attendance: Attendance): Promise<RunStatus | undefined> {
    const { id, event } = attendance;
    const run: LiveRun = { event, cancel: new AbortController(), done: Promise.resolve(undefined) };
    this.#runs.set(id, run);
    run.done = this.#watch(attendance, run);
    this.#onDidChange.emit();
    return run.done;
  }

  async #watch({ id, events, view, cancel: asked }: Attendance, run: LiveRun): Promise<RunStatus | undefined> {
    try {
      const cronium = await this.#engine.get();
      const cancel = asked ? AbortSignal.any([run.cancel.signal, asked]) : run.cancel.signal;
      let status: RunStatus | undefined;
      for await (const event of events(cronium, { cancel, leave: this.left })) {
        view?.show(event);
        if (this.#jobs.take(id, event)) this.#onDidChange.emit();
        if (event.type === 'finished' && event.status !== 'running') status = event.status;
      }
      return status;
    } finally {
      this.#runs.delete(id);
      this.#jobs.forget(id);
      this.#onDidChange.emit();
    }
  }
}

function isUnfinished(run: RunRecord): boolean {
  return runStatus(run.jobs.map(({ outcome }) => outcome)) === 'running';
}
