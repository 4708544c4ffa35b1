import type { Json, ScriptEvent } from '../domain/event.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Server } from '../domain/server.ts';
import { Engine } from './engine.ts';
import type { Host } from './host.ts';

/** The engine: what the shells call. Everything below starts only through it. */
export interface Cronium extends AsyncDisposable {
  /** The servers a person can name: `local`, those of the configuration file, aliases of the SSH configuration. */
  servers(): Promise<readonly Server[]>;
  /** Packs the event and decides what would run where. Throws `CroniumError`; nothing has happened on a server yet. */
  plan(event: ScriptEvent, options: PlanOptions): Promise<RunPlan>;
  /** Runs the plan; the events end with `finished`. */
  run(plan: RunPlan, signals: RunSignals): AsyncIterable<RunEvent>;
  /** Asks the servers of a run to stop its scripts and follows them to their ends. */
  cancel(runId: string, signals: Pick<RunSignals, 'leave'>): AsyncIterable<RunEvent>;
  /**
   * Tells a run's log from its beginning and goes on to its end: what the mirrors have, then what the servers have since, then
   * live. Jobs that another process looks after are followed from the store.
   */
  follow(runId: string, signals: RunSignals, options?: FollowOptions): AsyncIterable<RunEvent>;
  /** Brings every unfinished job up to date without waiting for its end, in bounded time. */
  refresh(options: { signal: AbortSignal }): Promise<void>;
  /** Newest first. */
  runs(): readonly RunRecord[];
  /** By id or by a unique beginning of it. Throws `CroniumError` when there is none or more than one. */
  findRun(id: string): RunRecord;
  /** The log of a job as the mirror has it now. */
  log(job: JobRecord): AsyncIterable<LogEntry>;
  deployments(): readonly Deployment[];
  /** Something in the store has changed by this process; returns what ends the subscription. */
  onDidChange(listener: () => void): Disposable;
}

export interface RunSignals {
  /** Stop the scripts, and go on until the servers have confirmed it. */
  readonly cancel: AbortSignal;
  /** Stop watching; the scripts go on. */
  readonly leave: AbortSignal;
}

export interface FollowOptions {
  /** Only these servers of the run. */
  readonly servers?: readonly string[];
}

export interface PlanOptions {
  /** Selectors that replace the event's own servers. */
  readonly on?: readonly string[];
  /** The text of the open editor; absent: the file as saved. */
  readonly text?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Json;
  readonly timeoutMs?: number;
  readonly parallel?: number;
  readonly signal: AbortSignal;
}

/** One record of a job's log. `time` is milliseconds since 1970. */
export type LogEntry =
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array; readonly time: number }
  | { readonly kind: 'note'; readonly message: string; readonly time: number };

/** A runner version on a server. */
export interface Deployment {
  readonly server: string;
  readonly sha256: string;
  readonly version: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly state: 'deploying' | 'active' | 'failed';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run that brought it. */
  readonly run?: string;
}

/** Opens the engine over a host. Throws `CroniumError` `store/…` when the data directory cannot be used. */
export function createCronium(host: Host): Cronium {
  return new Engine(host);
}
