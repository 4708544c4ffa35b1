import { Emitter } from '../base/emitter.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
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
import { Claims } from './claims.ts';
import type { Cronium, Deployment, FollowOptions, LogEntry, PlanOptions, RunSignals } from './cronium.ts';
import type { Host } from './host.ts';
import { installId } from './install.ts';
import { readEntries, readExit } from './log.ts';
import { planRun } from './planning.ts';
import { Recorder } from './recorder.ts';
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
  readonly #claims: Claims;
  readonly #recorder: Recorder;
  readonly #deps: JobDeps;
  #artifacts: Promise<Artifacts> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#store = openStore(host.dataDir, host.sqliteBinding ? { nativeBinding: host.sqliteBinding } : {});
    this.#claims = new Claims(this.#store, newOwner(), (line) => host.log(line));
    this.#recorder = new Recorder(this.#store, () => this.#onDidChange.emit());
    this.#transports = createTransports(host);
    this.#sessions = this.#createSessions();
    this.#deps = {
      sessions: this.#sessions,
      journal: this.#recorder,
      install: installId(host.dataDir),
      openMirror: (job) => openMirror(this.#store.logDir(job)),
      holdsPayload: (server, sha256) => this.#store.servers.holdsPayload(server.name, sha256),
      payloadHeld: (server, sha256) => this.#notePayload(server, sha256),
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
    const jobs = plan.jobs.map(({ id }) => id);
    // In one step, so that nobody takes a job of a run that begins for one that was left.
    this.#store.transaction(() => {
      this.#store.runs.insert(plan, Date.now());
      this.#claims.claim(jobs);
    });
    this.#onDidChange.emit();
    using _intent = this.#keepCancel(plan.id, signals);
    try {
      yield* executeRun(plan, this.#deps, signals);
    } finally {
      this.#claims.release(jobs);
    }
    await this.#sessions.collect();
  }

  async *cancel(runId: string, { leave }: Pick<RunSignals, 'leave'>): AsyncGenerator<RunEvent> {
    const run = this.findRun(runId);
    this.#store.jobs.requestCancel(run.id);
    this.#onDidChange.emit();
    const open = run.jobs.filter(({ outcome }) => outcome === undefined);
    yield* this.#resume(run, open, { cancel: AbortSignal.abort(), leave });
  }

  async *follow(runId: string, signals: RunSignals, options: FollowOptions = {}): AsyncGenerator<RunEvent> {
    const run = this.findRun(runId);
    const { servers } = options;
    using _intent = this.#keepCancel(run.id, signals);
    yield* this.#resume(
      run,
      run.jobs.filter(({ server }) => servers?.includes(server.name) ?? true),
      signals,
    );
  }

  async refresh({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const unfinished = this.#store.jobs.unfinished();
    const claimed = this.#claims.claim(unfinished.map(({ id }) => id));
    const leave = AbortSignal.any([signal, AbortSignal.timeout(REFRESH_LIMIT_MS)]);
    const signals = { cancel: new AbortController().signal, leave };
    const refresh = async (job: JobRecord): Promise<void> => {
      const end = await refreshJob(await this.#unfinished(job), this.#deps, { signals, emit: async () => {} });
      if (end.kind === 'settled') this.#recorder.settled(job.id, end.outcome);
      else this.#host.log(`${job.server.name}: ${end.message}`);
    };
    try {
      await Promise.all(
        unfinished
          .filter(({ id }) => claimed.has(id))
          .map((job) => refresh(job).catch((error) => this.#host.log(`${job.server.name}: ${sentence(error)}`))),
      );
    } finally {
      this.#claims.release(claimed);
    }
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
    this.#claims[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }

  #resume(run: RunRecord, jobs: readonly JobRecord[], signals: RunSignals): AsyncGenerator<RunEvent> {
    const others = run.jobs.filter((job) => !jobs.includes(job));
    return executeFollow(run.id, jobs, {
      journal: this.#recorder,
      known: others.flatMap(({ outcome }) => outcome ?? []),
      resume: (plan, emit) => this.#resumeJob(jobs.find(({ id }) => id === plan.id) as JobRecord, signals, emit),
    });
  }

  /** Tells what the mirror has, then goes on with the job: from the store while another process looks after it, else ourselves. */
  async #resumeJob(job: JobRecord, signals: RunSignals, emit: (event: RunEvent) => Promise<void>): Promise<JobEnd> {
    const teller = new LogTeller(this.#store.logDir(job.id), { server: job.server.name, emit });
    const tryClaim = (): boolean => this.#claims.claim([job.id]).size > 0;
    if (job.outcome || !tryClaim()) {
      // Cancelling needs no ownership: the owner hears of the end like everyone.
      if (!job.outcome && signals.cancel.aborted) await this.#cancelElsewhere(job, signals, emit);
      const outcome = (): JobOutcome | undefined => this.#store.jobs.outcome(job.id);
      const end = await tailJob(teller, { leave: signals.leave, outcome, tryClaim });
      if (end.kind !== 'ours') return end;
    }
    try {
      // Opening cuts a torn tail off, so that what is told here and what is followed then meet at one border.
      openMirror(this.#store.logDir(job.id)).close();
      await teller.look();
      const { text } = teller;
      return await resumeJob(await this.#unfinished(job), this.#deps, { signals, text, emit });
    } catch (error) {
      return { kind: 'left', message: sentence(error) };
    } finally {
      this.#claims.release([job.id]);
    }
  }

  async #cancelElsewhere(
    job: JobRecord,
    { leave }: RunSignals,
    emit: (event: RunEvent) => Promise<void>,
  ): Promise<void> {
    try {
      using used = await this.#sessions.use(job.server, { signal: leave });
      await used.session.cancel(job.id, this.#deps.install);
    } catch (error) {
      if (leave.aborted) return;
      await emit({ type: 'note', server: job.server.name, message: `Cannot cancel: ${sentence(error)}` });
    }
  }

  /** A cancel that was asked for stands until it is confirmed, also when this process goes away. */
  #keepCancel(run: string, { cancel }: RunSignals): Disposable {
    const keep = (): void => this.#store.jobs.requestCancel(run);
    cancel.addEventListener('abort', keep, { once: true });
    return { [Symbol.dispose]: () => cancel.removeEventListener('abort', keep) };
  }

  /** Only saves an upload: not worth a run. */
  #notePayload(server: Server, sha256: string): void {
    try {
      this.#store.servers.recordPayloadOn(server.name, sha256, Date.now());
    } catch (error) {
      this.#host.log(`Cannot note that "${server.name}" has a payload: ${sentence(error)}`);
    }
  }

  async #unfinished(job: JobRecord): Promise<Parameters<typeof resumeJob>[0]> {
    const exit = await readExit(this.#store.logDir(job.id));
    return { ...job, ...(exit ? { exit } : {}) };
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
