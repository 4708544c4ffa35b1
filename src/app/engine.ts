import type { Json, ScriptEvent } from '../domain/event.ts';
import { isId } from '../domain/id.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Server } from '../domain/server.ts';
import type { SharedVariable, VariableChange } from '../domain/shared-variable.ts';
import type { JobDeps } from '../execution/job-context.ts';
import { Pauses } from '../execution/pauses.ts';
import { Sessions } from '../execution/sessions.ts';
import { loadArtifacts, once } from '../runner/artifacts.ts';
import type { Stray } from '../runner/message.ts';
import { openMirror } from '../store/mirror.ts';
import { newOwner } from '../store/owner.ts';
import { openStore, type Store } from '../store/store.ts';
import { SharedFolders } from '../store/sync-file.ts';
import { createTransports, type SshTransports } from '../transport/pool.ts';
import { isRetryable } from '../transport/transport.ts';
import { Attendant } from './attendant.ts';
import { type Catalog, chooseServers, describeServers, openCatalog } from './catalog.ts';
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
  RunOutputs,
  RunSignals,
  ServerFacts,
  SetVariableOptions,
  VariablePlace,
} from './cronium.ts';
import { findRun } from './find-run.ts';
import { createHelping, type Helping } from './helping.ts';
import type { Host } from './host.ts';
import { installId } from './install.ts';
import { cancelRun, followRun, type LiveRunDeps, runPlan } from './live-run.ts';
import { readJobLog } from './log.ts';
import { loginFacts } from './login-facts.ts';
import { Planner } from './planner.ts';
import { forgetRun, prune } from './pruning.ts';
import { Recorder } from './recorder.ts';
import { ServerCare } from './server-care.ts';
import { ServerStates } from './server-states.ts';
import { sessionJournal } from './session-journal.ts';
import { startContexts } from './start-context.ts';
import { tracedJobs } from './traced-jobs.ts';

/** Runs that a list shows. */
const LISTED_RUNS = 200;

/** The one place where ports meet their adapters. */
export class Engine implements Cronium {
  readonly #catalog: () => Promise<Catalog>;
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
  readonly #helping: Helping;
  readonly #planner: Planner;
  readonly #install: string;

  constructor(host: Host) {
    const log = (line: string): void => host.log(line);
    const store = openStore(host.dataDir, host.sqliteBinding ? { nativeBinding: host.sqliteBinding } : {});
    this.#store = store;
    this.#changes = new Changes({ dataVersion: () => store.dataVersion(), log });
    const changed = (): void => this.#changes.tell();
    this.#claims = new Claims(store, newOwner(), log);
    this.#install = installId(host.dataDir);
    const recorder = new Recorder(store, changed);
    const helping = createHelping({ store, host, install: this.#install, changed, log });
    this.#helping = helping;
    this.#changes.on(() => {
      this.#claims.noticeCancels();
      helping.tidy();
    });
    this.#states = new ServerStates(changed);
    this.#transports = createTransports({ ...host, logins: loginFacts(store, log) });
    this.#sessions = new Sessions({
      artifacts: once(() => loadArtifacts(host.runnersDir)),
      transport: (server) => this.#transports.get(server),
      pin: ({ name }) => store.deployments.pin(name),
      journal: sessionJournal(recorder, this.#states, { reached: () => this.#pauses.endOld(), log }),
      helpers: helping.desk,
    });
    const { configFile, settings } = host;
    this.#catalog = openCatalog({ configFile, settings, listAliases: this.#transports.listAliases });
    this.#planner = new Planner({ host, store, catalog: this.#catalog });
    this.#care = new ServerCare({ store, sessions: this.#sessions, states: this.#states, changed });
    const folders = new SharedFolders();
    const execution: JobDeps = {
      sessions: this.#sessions,
      journal: recorder,
      install: this.#install,
      openMirror: (job) => openMirror(store.logDir(job), { folders }),
      maskOf: (job) => helping.masks.of(job),
      effects: helping.effects,
      desk: helping.desk,
      contextOf: startContexts(store),
      holdsPayload: (server, sha256) => store.servers.holdsPayload(server.name, sha256),
      payloadHeld: (server, sha256) => recorder.payloadHeld(server, sha256),
      isRetryable,
      pauses: this.#pauses,
      random: Math.random,
    };
    this.#attendant = new Attendant({ store, claims: this.#claims, execution, log });
    const [claims, changes, attendant] = [this.#claims, this.#changes, this.#attendant];
    this.#live = { store, claims, changes, attendant, masks: helping.masks, execution };
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
    return this.#planner.plan(event, options);
  }

  async planReplay(runId: string, options: ReplayOptions): Promise<RunPlan> {
    return await this.#planner.planReplay(this.findRun(runId), options);
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

  endStrays(job: JobRecord, options: { readonly signal: AbortSignal }): Promise<readonly Stray[]> {
    return this.#attendant.endStrays(job, options);
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
    return findRun(this.#store, id);
  }

  log(job: JobRecord, options: { readonly from?: LogPlace } = {}): AsyncGenerator<LogEntry> {
    return readJobLog(job.id, options, { store: this.#store, masks: this.#helping.masks });
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

  variables(): readonly SharedVariable[] {
    return this.#store.variables.list();
  }

  setVariable(place: VariablePlace, value: Json, options: SetVariableOptions = {}): Promise<SharedVariable> {
    return this.#helping.variables.setByHand(place, value, options);
  }

  unsetVariable(place: VariablePlace): Promise<boolean> {
    return this.#helping.variables.unset(place, { kind: 'person' });
  }

  variableHistory(place: VariablePlace): readonly VariableChange[] {
    return this.#store.variables.history(place);
  }

  outputs(runId: string): RunOutputs {
    return this.#store.outputs.ofRun(isId(runId) ? runId : this.findRun(runId).id);
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
    using _desk = this.#helping.desk;
    await using _transports = this.#transports;
    await using _sessions = this.#sessions;
  }
}
