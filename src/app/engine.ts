import { Emitter } from '../base/emitter.ts';
import { CroniumError } from '../domain/errors.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Server } from '../domain/server.ts';
import type { JobDeps, JobEnd } from '../execution/job-context.ts';
import { refreshJob, resumeJob } from '../execution/resume.ts';
import { executeFollow, executeRun } from '../execution/run.ts';
import { Sessions } from '../execution/sessions.ts';
import { type Artifacts, loadArtifacts } from '../runner/artifacts.ts';
import { openMirror } from '../store/mirror.ts';
import { newOwner } from '../store/owner.ts';
import { openStore, type Store } from '../store/store.ts';
import { createTransports, type SshTransports } from '../transport/pool.ts';
import { isRetryable } from '../transport/transport.ts';
import { chooseServers, listServers } from './catalog.ts';
import type { Cronium, Deployment, LogEntry, PlanOptions, RunSignals } from './cronium.ts';
import type { Host } from './host.ts';
import { installId } from './install.ts';
import { readEntries, readExit } from './log.ts';
import { planRun } from './planning.ts';
import { claimJobs, Recorder } from './recorder.ts';
import { tailJob } from './tail.ts';
import { LogTeller } from './tell.ts';

/** Runs that a list shows. */
const LISTED_RUNS = 200;

/** How long `refresh` waits for servers altogether. */
const REFRESH_LIMIT_MS = 10_000;

/** The one place where ports meet their adapters. */
export class Engine implements Cronium {
  readonly #host: Host;
  readonly #store: Store;
  readonly #transports: SshTransports;
  readonly #sessions: Sessions;
  readonly #onDidChange = new Emitter<void>();
  readonly #owner = newOwner();
  readonly #recorder: Recorder;
  readonly #deps: JobDeps;
  #artifacts: Promise<Artifacts> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#store = openStore(host.dataDir, host.sqliteBinding ? { nativeBinding: host.sqliteBinding } : {});
    this.#recorder = new Recorder(this.#store, () => this.#onDidChange.emit());
    this.#transports = createTransports(host);
    this.#sessions = this.#createSessions();
    this.#deps = {
      sessions: this.#sessions,
      journal: this.#recorder,
      install: installId(host.dataDir),
      openMirror: (job) => openMirror(this.#store.logDir(job)),
      holdsPayload: (server, sha256) => this.#store.servers.holdsPayload(server.name, sha256),
      payloadHeld: (server, sha256) => this.#store.servers.recordPayloadOn(server.name, sha256, Date.now()),
      isRetryable,
      random: Math.random,
    };
  }

  servers(): Promise<readonly Server[]> {
    return listServers({ configFile: this.#host.configFile, listAliases: () => this.#transports.listAliases() });
  }

  plan(event: ScriptEvent, options: PlanOptions): Promise<RunPlan> {
    const { configFile, env, prompts } = this.#host;
    return planRun(event, options, {
      payloadsDir: this.#store.payloadsDir,
      env,
      prompts,
      chooseServers: (selectors) =>
        chooseServers(selectors, { configFile, listAliases: () => this.#transports.listAliases() }),
    });
  }

  async *run(plan: RunPlan, signals: RunSignals): AsyncGenerator<RunEvent> {
    this.#store.runs.insert(plan, Date.now());
    this.#onDidChange.emit();
    using _claimed = this.#claim(plan.jobs.map(({ id }) => id));
    yield* executeRun(plan, this.#deps, signals);
    await this.#sessions.collect();
  }

  async *cancel(runId: string, { leave }: Pick<RunSignals, 'leave'>): AsyncGenerator<RunEvent> {
    this.#store.jobs.requestCancel(runId);
    this.#onDidChange.emit();
    yield* this.#resume(this.findRun(runId), { cancel: AbortSignal.abort(), leave }, { replay: false });
  }

  follow(runId: string, signals: RunSignals): AsyncGenerator<RunEvent> {
    return this.#resume(this.findRun(runId), signals, { replay: true });
  }

  async refresh({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const unfinished = this.#store.jobs.unfinished();
    using claimed = this.#claim(unfinished.map(({ id }) => id));
    const leave = AbortSignal.any([signal, AbortSignal.timeout(REFRESH_LIMIT_MS)]);
    const signals = { cancel: new AbortController().signal, leave };
    await Promise.all(
      unfinished
        .filter(({ id }) => claimed.jobs.has(id))
        .map(async (job) => {
          const end = await refreshJob(await this.#unfinished(job), this.#deps, { signals, emit: async () => {} });
          if (end.kind === 'settled') this.#recorder.settled(job.id, end.outcome);
          else this.#host.log(`${job.server.name}: ${end.message}`);
        }),
    );
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

  log(job: JobRecord): AsyncGenerator<LogEntry> {
    return readEntries(this.#store.logDir(job.id));
  }

  deployments(): readonly Deployment[] {
    return this.#store.deployments.latest();
  }

  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
    await this.#transports[Symbol.asyncDispose]();
    this.#store[Symbol.dispose]();
  }

  async *#resume(
    run: RunRecord,
    signals: RunSignals,
    { replay }: { readonly replay: boolean },
  ): AsyncGenerator<RunEvent> {
    const unfinished = run.jobs.filter(({ outcome }) => outcome === undefined).map(({ id }) => id);
    using claimed = this.#claim(unfinished);
    yield* executeFollow(run.id, replay ? run.jobs : run.jobs.filter(({ outcome }) => !outcome), {
      deps: this.#deps,
      known: replay ? [] : run.jobs.flatMap(({ outcome }) => outcome ?? []),
      resume: (plan, emit) => this.#resumeJob(run, plan.id, { signals, replay, claimed: claimed.jobs, emit }),
    });
  }

  async #resumeJob(
    run: RunRecord,
    id: string,
    options: {
      readonly signals: RunSignals;
      readonly replay: boolean;
      readonly claimed: ReadonlySet<string>;
      emit(event: RunEvent): Promise<void>;
    },
  ): Promise<JobEnd> {
    const { signals, emit } = options;
    const job = run.jobs.find((one) => one.id === id) as JobRecord;
    const from = options.replay ? 0 : Number.POSITIVE_INFINITY;
    const teller = new LogTeller(this.#store.logDir(id), { server: job.server.name, from, emit });
    if (job.outcome || !options.claimed.has(id)) {
      // Cancelling needs no ownership: the owner hears of the end like everyone.
      if (!job.outcome && signals.cancel.aborted) void this.#cancelElsewhere(job, signals);
      return await tailJob(teller, { leave: signals.leave, outcome: () => this.#outcome(run.id, id) });
    }
    // Opening cuts a torn tail off, so that what is told here and what is followed then meet at one border.
    openMirror(this.#store.logDir(id)).close();
    await teller.look();
    return await resumeJob(await this.#unfinished(job), this.#deps, { signals, emit });
  }

  #outcome(run: string, job: string): JobOutcome | undefined {
    return this.#store.runs.find(run)[0]?.jobs.find(({ id }) => id === job)?.outcome;
  }

  async #cancelElsewhere(job: JobRecord, { leave }: RunSignals): Promise<void> {
    try {
      using used = await this.#sessions.use(job.server, { signal: leave });
      await used.session.cancel(job.id, this.#deps.install);
    } catch (error) {
      this.#host.log(`Cannot cancel on "${job.server.name}": ${String(error)}`);
    }
  }

  async #unfinished(job: JobRecord): Promise<Parameters<typeof resumeJob>[0]> {
    const exit = await readExit(this.#store.logDir(job.id));
    return { ...job, ...(exit ? { exit } : {}) };
  }

  #claim(jobs: readonly string[]): ReturnType<typeof claimJobs> {
    return claimJobs(this.#store, this.#owner, jobs);
  }

  #loadArtifacts(): Promise<Artifacts> {
    this.#artifacts ??= loadArtifacts(this.#host.runnersDir);
    return this.#artifacts;
  }

  #createSessions(): Sessions {
    let artifacts: Artifacts = { version: '', all: [] };
    return new Sessions({
      artifacts: async () => {
        artifacts = await this.#loadArtifacts();
        return artifacts;
      },
      transport: (server) => this.#transports.get(server),
      onDeploying: (server, artifact, run) => this.#recorder.deploying(server, artifact, artifacts, run),
      onDeployFailed: (server, artifact) => this.#recorder.deployFailed(server, artifact, artifacts),
      onOpened: (server, session, deployed) => this.#recorder.opened(server, session, deployed, artifacts),
    });
  }
}
