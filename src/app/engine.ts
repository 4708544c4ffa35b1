import { abortable } from '../base/wait.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Server } from '../domain/server.ts';
import type { JobDeps } from '../execution/job-context.ts';
import { Pauses } from '../execution/pauses.ts';
import { Sessions } from '../execution/sessions.ts';
import { type Artifacts, loadArtifacts } from '../runner/artifacts.ts';
import type { Stray } from '../runner/message.ts';
import { openMirror } from '../store/mirror.ts';
import { newOwner } from '../store/owner.ts';
import { openStore, type Store } from '../store/store.ts';
import { createTransports, type SshTransports } from '../transport/pool.ts';
import { isRetryable } from '../transport/transport.ts';
import { Attendant } from './attendant.ts';
import { type Catalog, chooseServers, describeServers, readCatalog, renewServers } from './catalog.ts';
import { Changes } from './changes.ts';
import { Claims } from './claims.ts';
import type {
  Cleaned,
  Cronium,
  Deployment,
  FollowOptions,
  Health,
  Inventory,
  KnownServer,
  LogEntry,
  LogPlace,
  PlanOptions,
  RefreshOptions,
  ReplayOptions,
  Retention,
  RunSignals,
  ServerFacts,
} from './cronium.ts';
import { GitAnswers } from './git-answers.ts';
import type { Host } from './host.ts';
import { installId } from './install.ts';
import { cancelRun, followRun, type LiveRunDeps, runPlan } from './live-run.ts';
import { readEntries } from './log.ts';
import { loginFacts } from './login-facts.ts';
import { nodeFiles } from './node-files.ts';
import { planRun } from './planning.ts';
import { forgetRun, prune } from './pruning.ts';
import { Recorder } from './recorder.ts';
import { planReplay } from './replay.ts';
import { ServerCare } from './server-care.ts';
import { ServerStates } from './server-states.ts';
import { sessionJournal } from './session-journal.ts';
import { tracedJobs } from './traced-jobs.ts';

/** Runs that a list shows. */
const LISTED_RUNS = 200;

/** The one place where ports meet their adapters. */
export class Engine implements Cronium {
  readonly #host: Host;
  readonly #store: Store;
  readonly #transports: SshTransports;
  readonly #sessions: Sessions;
  readonly #changes: Changes;
  readonly #claims: Claims;
  readonly #pauses = new Pauses();
  readonly #states: ServerStates;
  readonly #care: ServerCare;
  readonly #attendant: Attendant;
  readonly #live: LiveRunDeps;
  readonly #gitAnswers = new GitAnswers();
  readonly #install: string;
  #artifacts: Promise<Artifacts> | undefined;

  constructor(host: Host) {
    const log = (line: string): void => host.log(line);
    this.#host = host;
    const store = openStore(host.dataDir, host.sqliteBinding ? { nativeBinding: host.sqliteBinding } : {});
    this.#store = store;
    this.#changes = new Changes({ dataVersion: () => store.dataVersion(), log });
    const changed = (): void => this.#changes.tell();
    this.#claims = new Claims(store, newOwner(), log);
    this.#changes.on(() => this.#claims.noticeCancels());
    this.#install = installId(host.dataDir);
    const recorder = new Recorder(store, changed);
    this.#states = new ServerStates(changed);
    this.#transports = createTransports({ ...host, logins: loginFacts(store, log) });
    this.#sessions = new Sessions({
      artifacts: () => this.#loadArtifacts(),
      transport: (server) => this.#transports.get(server),
      pin: ({ name }) => store.deployments.pin(name),
      journal: sessionJournal(recorder, this.#states, { reached: () => this.#pauses.endOld(), log }),
    });
    this.#care = new ServerCare({ store, sessions: this.#sessions, states: this.#states, changed });
    const execution: JobDeps = {
      sessions: this.#sessions,
      journal: recorder,
      install: this.#install,
      openMirror: (job) => openMirror(store.logDir(job)),
      holdsPayload: (server, sha256) => store.servers.holdsPayload(server.name, sha256),
      payloadHeld: (server, sha256) => this.#notePayload(server, sha256),
      isRetryable,
      pauses: this.#pauses,
      random: Math.random,
    };
    this.#attendant = new Attendant({ store, claims: this.#claims, execution, log });
    this.#live = { store, claims: this.#claims, changes: this.#changes, attendant: this.#attendant, execution };
  }

  async servers(): Promise<readonly Server[]> {
    return (await this.#catalog()).servers.map(({ server }) => server);
  }

  async knownServers(): Promise<readonly KnownServer[]> {
    return describeServers(await this.#catalog(), {
      seen: this.#store.servers.seen(),
      deployments: this.deployments(),
      states: this.#states,
    });
  }

  async selectServers(selectors: readonly string[]): Promise<readonly Server[]> {
    return chooseServers(selectors, await this.#catalog());
  }

  async groups(): Promise<Readonly<Record<string, readonly string[]>>> {
    return (await this.#catalog()).groups;
  }

  plan(event: ScriptEvent, options: PlanOptions): Promise<RunPlan> {
    const { env, homeDir, prompts, files = nodeFiles } = this.#host;
    const { payloadsDir } = this.#store;
    const choose = (selectors: readonly string[]): Promise<readonly Server[]> => this.selectServers(selectors);
    const gitAnswers = this.#gitAnswers;
    return planRun(event, options, { payloadsDir, files, env, homeDir, gitAnswers, prompts, chooseServers: choose });
  }

  async planReplay(runId: string, options: ReplayOptions): Promise<RunPlan> {
    const { env, prompts } = this.#host;
    const run = this.findRun(runId);
    const { payloadsDir, runs } = this.#store;
    return await planReplay(run, runs.keptPlan(run.id), options, {
      ...{ env, prompts, payloadsDir },
      renewServers: async (servers) => renewServers(servers, await this.#catalog()),
    });
  }

  run(plan: RunPlan, signals: RunSignals): AsyncGenerator<RunEvent> {
    return runPlan(plan, signals, this.#live);
  }

  async *cancel(
    runId: string,
    signals: Pick<RunSignals, 'leave'>,
    options: FollowOptions = {},
  ): AsyncGenerator<RunEvent> {
    yield* cancelRun(this.findRun(runId), signals, options, this.#live);
  }

  async endStrays(job: JobRecord, { signal }: { readonly signal: AbortSignal }): Promise<readonly Stray[]> {
    const { sessions, install } = this.#live.execution;
    using used = await sessions.use(job.server, { signal });
    const { strays = [] } = await abortable(used.session.cancel(job.id, install), { signal });
    return strays;
  }

  async *follow(runId: string, signals: RunSignals, options: FollowOptions = {}): AsyncGenerator<RunEvent> {
    yield* followRun(this.findRun(runId), signals, options, this.#live);
  }

  retryNow({ servers }: FollowOptions = {}): boolean {
    return this.#pauses.end(servers);
  }

  refresh({ signal, runs }: RefreshOptions): Promise<void> {
    const jobs = this.#store.jobs.unfinished().filter(({ runId }) => runs?.includes(runId) ?? true);
    return this.#attendant.refresh(jobs, { signal });
  }

  get notices(): readonly string[] {
    return this.#store.notices;
  }

  unfinishedRuns(): readonly RunRecord[] {
    return this.#store.runs.unfinished();
  }

  async findLostRuns(server: Server, options: { readonly signal: AbortSignal }): Promise<number> {
    using used = await this.#sessions.use(server, options);
    const count = this.#store.takeUp(tracedJobs(await used.session.list(this.#install, options), server));
    if (count > 0) this.#changes.tell();
    return count;
  }

  runs(): readonly RunRecord[] {
    return this.#store.runs.newest(LISTED_RUNS);
  }

  findRun(id: string): RunRecord {
    const [found, ...others] = this.#store.runs.find(id);
    if (!found) throw new CroniumError('run/unknown', `Cannot find run "${id}": no run's id begins with it`);
    if (others.length > 0)
      throw new CroniumError('run/ambiguous', `Cannot find run "${id}": more than one run's id begins with it`);
    return found;
  }

  log(job: JobRecord, { from }: { readonly from?: LogPlace } = {}): AsyncGenerator<LogEntry> {
    return readEntries(this.#store.logDir(job.id), from);
  }

  async prune(retention: Retention): Promise<number> {
    const count = await prune(this.#store, retention);
    if (count > 0) this.#changes.tell();
    return count;
  }

  async forgetRun(runId: string): Promise<void> {
    await forgetRun(this.#store, this.findRun(runId));
    this.#changes.tell();
  }

  connect(server: Server, options: { readonly signal: AbortSignal }): Promise<ServerFacts> {
    return this.#care.connect(server, options);
  }

  disconnect(server: Server): Promise<boolean> {
    return this.#care.disconnect(server);
  }

  health(server: Server, options: { readonly signal: AbortSignal }): Promise<Health> {
    return this.#care.health(server, options);
  }

  deployments(): readonly Deployment[] {
    return this.#care.deployments();
  }

  deploy(server: Server, options: { readonly signal: AbortSignal }): Promise<Deployment> {
    return this.#care.deploy(server, options);
  }

  rollBack(server: Server, sha256: string, options: { readonly signal: AbortSignal }): Promise<Deployment> {
    return this.#care.rollBack(server, sha256, options);
  }

  removeRunner(server: Server, sha256: string, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#care.removeRunner(server, sha256, options);
  }

  inventory(server: Server, options: { readonly signal: AbortSignal }): Promise<Inventory> {
    return this.#care.inventory(server, options);
  }

  async clean(server: Server, options: { readonly signal: AbortSignal }): Promise<Cleaned> {
    // What the server alone knows of jobs that have ended would be lost.
    const jobs = this.#store.jobs.unfinished().filter((job) => job.server.name === server.name);
    await this.#attendant.refresh(jobs, options);
    return await this.#care.clean(server, options);
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.on(listener);
  }

  watch(): Disposable {
    return this.#changes.watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Closed from the last one to the first, also when one of them fails.
    using _store = this.#store;
    using _claims = this.#claims;
    using _changes = this.#changes;
    await using _transports = this.#transports;
    await using _sessions = this.#sessions;
  }

  #catalog(): Promise<Catalog> {
    const { configFile, settings } = this.#host;
    return readCatalog({ configFile, settings, listAliases: () => this.#transports.listAliases() });
  }

  /** Only saves an upload: not worth a run. */
  #notePayload(server: Server, sha256: string): void {
    try {
      this.#store.servers.recordPayloadOn(server.name, sha256, Date.now());
    } catch (error) {
      this.#host.log(`Cannot note that "${server.name}" has a payload: ${sentence(error)}`);
    }
  }

  #loadArtifacts(): Promise<Artifacts> {
    this.#artifacts ??= loadArtifacts(this.#host.runnersDir);
    return this.#artifacts;
  }
}
