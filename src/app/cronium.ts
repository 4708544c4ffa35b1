import type { Json, ScriptEvent } from '../domain/event.ts';
import type { JobRecord, RunPlan, RunRecord, RunTrigger } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { RecordPlace } from '../domain/script-value.ts';
import type { Server } from '../domain/server.ts';
import type { SharedVariable, VariableChange, VariableType } from '../domain/shared-variable.ts';
import type { Stray } from '../runner/message.ts';
import type { VariablePlace } from '../store/variables.ts';
import { Engine } from './engine.ts';
import type { Host } from './host.ts';

/** Where the reading of a log goes on. */
export interface LogPlace extends RecordPlace {
  /** Output in front of it that was not told: a secret may have begun there. */
  readonly held?: { readonly stdout: Uint8Array; readonly stderr: Uint8Array };
}
export type { VariablePlace } from '../store/variables.ts';

/** The engine: what the shells call. Everything below starts only through it. */
export interface Cronium extends AsyncDisposable {
  /** The servers a person can name: `local`, those of the configuration and of the settings, aliases of the SSH configuration. */
  servers(): Promise<readonly Server[]>;
  /** The same servers with what is known of them; asks nobody. */
  knownServers(): Promise<readonly KnownServer[]>;
  /** The servers that selectors name. Throws `CroniumError` `server/…`. */
  selectServers(selectors: readonly string[]): Promise<readonly Server[]>;
  /** Names of groups (without `@`) with their selectors. */
  groups(): Promise<Readonly<Record<string, readonly string[]>>>;

  /** Packs the event and decides what would run where. Throws `CroniumError`; nothing has happened on a server yet. */
  plan(event: ScriptEvent, options: PlanOptions): Promise<RunPlan>;
  /** A plan that repeats a run with the very payload, arguments and input of then. Throws `run/replay` when they are gone. */
  planReplay(runId: string, options: ReplayOptions): Promise<RunPlan>;
  /** Runs the plan, after what its overlap says about runs of the same event on the same servers; the events end with `finished`. */
  run(plan: RunPlan, signals: RunSignals): AsyncIterable<RunEvent>;
  /** Asks the servers of a run to stop its scripts and follows them to their ends. */
  cancel(runId: string, signals: Pick<RunSignals, 'leave'>, options?: FollowOptions): AsyncIterable<RunEvent>;
  /** Ends what the script of a `lost` job has left running on its server; what could not be ended. */
  endStrays(job: JobRecord, options: { signal: AbortSignal }): Promise<readonly Stray[]>;
  /**
   * Tells a run's log from its beginning and goes on to its end: what the mirrors have, then what the servers have since, then
   * live. Jobs that another process looks after are followed from the store.
   */
  follow(runId: string, signals: RunSignals, options?: FollowOptions): AsyncIterable<RunEvent>;
  /**
   * Tries at once to reach the servers on which jobs of this process wait to be reattached or started, whatever was left of their
   * pauses; says whether there were any.
   */
  retryNow(options?: FollowOptions): boolean;
  /** Brings every unfinished job, or those of some runs, up to date without waiting for their ends, in bounded time. */
  refresh(options: RefreshOptions): Promise<void>;
  /** What a person should know of the store as it was opened: that it was damaged and is rebuilt, say. Sentences. */
  readonly notices: readonly string[];
  /** The runs that have not ended as far as is known, newest first. */
  unfinishedRuns(): readonly RunRecord[];
  /** Takes up the runs that a server keeps for this installation and of which nothing is known here; says how many. */
  findLostRuns(server: Server, options: { signal: AbortSignal }): Promise<number>;
  /** Newest first. */
  runs(): readonly RunRecord[];
  /** By id or by a unique beginning of it. Throws `CroniumError` when there is none or more than one. */
  findRun(id: string): RunRecord;
  /** The log of a job as the mirror has it now, from its beginning or from where an entry says that it goes on. */
  log(job: JobRecord, options?: { readonly from?: LogPlace }): AsyncIterable<LogEntry>;
  /** Removes the runs that are over and beyond what is kept, with their logs and payloads; returns how many. */
  prune(retention: Retention): Promise<number>;
  /** Removes one run that is over, with its log. Throws `run/active` while it goes on. */
  forgetRun(runId: string): Promise<void>;

  /** The variables that scripts share, by name; secret ones without their values. */
  variables(): readonly SharedVariable[];
  /** Throws `CroniumError` `variable/…`: what cannot be one, `variable/changed`, or a secret one where there is no vault. */
  setVariable(place: VariablePlace, value: Json, options?: SetVariableOptions): Promise<SharedVariable>;
  /** Says whether there was one. */
  unsetVariable(place: VariablePlace): Promise<boolean>;
  /** The last 20 changes, newest first. */
  variableHistory(place: VariablePlace): readonly VariableChange[];
  /** What the scripts of a run have put out so far, by server and key; servers without any are absent. */
  outputs(runId: string): RunOutputs;

  /** Connects and says what answered; the connection stays for what comes next. Throws `CroniumError` `connect/…`, `boot/…`. */
  connect(server: Server, options: { signal: AbortSignal }): Promise<ServerFacts>;
  /** Closes the connection to a server, unless a job of this process runs there. Says whether it did. */
  disconnect(server: Server): Promise<boolean>;
  health(server: Server, options: { signal: AbortSignal }): Promise<Health>;
  /** Newest first for each server. */
  deployments(): readonly Deployment[];
  /** Puts the runner of this version on the server anew, and uses it from now on. */
  deploy(server: Server, options: { signal: AbortSignal }): Promise<Deployment>;
  /** Uses a runner version that is on the server from before. Throws `deploy/gone` when it is not there any more. */
  rollBack(server: Server, sha256: string, options: { signal: AbortSignal }): Promise<Deployment>;
  /** Removes one runner version from the server. Throws `deploy/busy` when a job there uses it. */
  removeRunner(server: Server, sha256: string, options: { signal: AbortSignal }): Promise<void>;
  /** What of ours is on the server; nothing is changed. */
  inventory(server: Server, options: { signal: AbortSignal }): Promise<Inventory>;
  /** Removes all of ours from the server but running jobs and what they need, and says what was removed. */
  clean(server: Server, options: { signal: AbortSignal }): Promise<Cleaned>;

  /** Something in the store has changed, by this process or, while somebody watches, by another. */
  onDidChange(listener: () => void): Disposable;
  /** Looks for what other processes change, for as long as what comes back is not disposed. */
  watch(): Disposable;
}

/** `{server: {key: value}}`. */
export type RunOutputs = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface SetVariableOptions {
  /** Absent: what it is, else `plain`. */
  readonly type?: VariableType;
  /** Nothing is written unless this is its version; 0: unless there is none. */
  readonly ifVersion?: number;
}

export interface RunSignals {
  /** Stop the scripts, and go on until the servers have confirmed it. */
  readonly cancel: AbortSignal;
  /** Stop watching; the scripts go on. */
  readonly leave: AbortSignal;
}

export interface RefreshOptions {
  readonly signal: AbortSignal;
  /** Ids; absent: all. */
  readonly runs?: readonly string[];
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
  /** What the user's settings say, for an event that says nothing itself. */
  readonly defaults?: { readonly timeoutMs?: number; readonly parallel?: number };
  /** Absent: `person`. */
  readonly trigger?: RunTrigger;
  /** Answers for `${input:id}`; see `neededInputs` in `app/events.ts`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Values of the event's secrets that are known: nobody is asked for them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Paths of the workspace's folders by name, for `${workspaceFolder:name}`. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The value of a setting, for `${config:key}`. */
  readonly config?: (key: string) => string | undefined;
  readonly signal: AbortSignal;
}

export interface ReplayOptions {
  /** Only these servers of the run. */
  readonly servers?: readonly string[];
  readonly trigger?: RunTrigger;
  /** As in `PlanOptions`. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What is kept of runs that are over. */
export interface Retention {
  readonly maxRuns: number;
  readonly maxAgeMs: number;
}

/** A server with what is known of it. */
export interface KnownServer {
  readonly server: Server;
  /** Who names it. */
  readonly origin: 'local' | 'settings' | 'configuration' | 'ssh';
  /** Of this process. `unknown`: nobody has asked. */
  readonly state: 'connected' | 'connecting' | 'failed' | 'unknown';
  /** Why the last connection failed. */
  readonly problem?: string;
  /** `linux/amd64`. */
  readonly platform?: string;
  /** When it answered last: milliseconds since 1970. */
  readonly seenAt?: number;
  /** The runner in use there, as far as we know. */
  readonly runner?: Deployment;
  /** The last answer, with its time. */
  readonly health?: { readonly at: number; readonly health: Health };
}

/** What a server said of itself. */
export interface ServerFacts {
  readonly platform: string;
  /** The machine id. */
  readonly host: string;
  readonly runnerVersion: string;
  readonly runnerSha256: string;
  /** The folder with all of ours. */
  readonly base: string;
  /** From nothing to its answer; 0 when the connection was there. */
  readonly tookMs: number;
}

/** A server's load; what its system does not tell is absent. Sizes in bytes. */
export interface Health {
  readonly cores: number;
  /** Processes that want a core, over the last minute. */
  readonly load1?: number;
  readonly memory?: { readonly total: number; readonly available: number };
  /** Of the file system that holds our folder. */
  readonly disk: { readonly total: number; readonly free: number };
  readonly uptimeSeconds?: number;
  /** Jobs of all installs that have not ended. */
  readonly jobs: number;
}

/** What of ours is (or was) on a server. Sizes in bytes. */
export interface Inventory {
  readonly base: string;
  readonly items: readonly InventoryItem[];
}

/** What was removed from a server. */
export interface Cleaned extends Inventory {
  /** What stays: running jobs need it, or it could not be removed. */
  readonly kept: readonly InventoryItem[];
}

export interface InventoryItem {
  readonly kind: 'runner' | 'payload' | 'job' | 'other';
  /** A hash, a job id or a file's name. */
  readonly name: string;
  readonly bytes: number;
  /** It stays: a running job needs it. */
  readonly isInUse: boolean;
}

/** One record of a job's log. `time` is milliseconds since 1970; `next`: where the log goes on behind it. */
export type LogEntry = { readonly time: number; readonly next: LogPlace } & (
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly kind: 'note'; readonly message: string }
);

/** A runner version on a server. */
export interface Deployment {
  readonly server: string;
  readonly sha256: string;
  readonly version: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** `active` is the one that is used; `idle` is there beside it. */
  readonly state: 'deploying' | 'active' | 'idle' | 'failed';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run that brought it. */
  readonly run?: string;
}

/** Opens the engine over a host. Throws `CroniumError` `store/…` when the data directory cannot be used. */
export function createCronium(host: Host): Cronium {
  return new Engine(host);
}
