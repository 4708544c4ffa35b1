import { type Event, EventEmitter } from 'vscode';
import type { Cronium, KnownServer } from '../app/cronium.ts';
import type { LoadedEvent } from '../app/events.ts';
import { StreamText } from '../base/stream-text.ts';
import { CroniumError, Stopped } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import { type RunRecord, type RunStatus, type RunTrigger, runStatus } from '../domain/run.ts';
import { type RunDeps, runScript } from './commands/run/run-script.ts';
import type { StartedRun } from './commands/run/start-run.ts';
import type { EventIndex } from './event-index.ts';
import { readEvent } from './host/documents.ts';
import { assertTrusted } from './host/trust.ts';

/**
 * What other extensions may call: `await vscode.extensions.getExtension('cronium.cronium')?.activate()`. Everything in it is
 * plain data. Every method rejects with an `Error` whose message is a sentence and whose `code` is stable.
 */
export interface CroniumApi {
  readonly version: 1;
  /** The events of the open folders. */
  events(): Promise<readonly EventSummary[]>;
  /** The servers that can be named. */
  servers(): Promise<readonly ServerSummary[]>;
  /** Newest first. */
  runs(): Promise<readonly RunSummary[]>;
  /**
   * Runs an event as the person's own "Run Event" does: with the same questions, trust and protected servers. Resolves at its
   * end, with the status `running` when this window has left the run to its servers.
   */
  runEvent(
    id: string,
    options?: { readonly folder?: string; readonly servers?: readonly string[] },
  ): Promise<RunSummary>;
  /** Stops the scripts of a run; resolves when their servers have confirmed it. */
  cancelRun(run: string): Promise<void>;
  /** What a script has printed on a server so far, both streams as they came; of a longer log the last 5 MB. */
  log(run: string, server: string): Promise<string>;
  /** A run has begun, ended or changed. */
  readonly onDidChangeRuns: Event<void>;
}

export interface EventSummary {
  /** The script's path below its folder, or `cronium.yaml#key`. */
  readonly id: string;
  readonly name: string;
  /** The folder's path. */
  readonly folder: string;
  /** The script's path below the folder. */
  readonly script: string;
  /** Selectors. */
  readonly servers: readonly string[];
  /** It cannot run before its errors are mended. */
  readonly hasErrors: boolean;
}

export interface ServerSummary {
  readonly name: string;
  readonly kind: 'local' | 'ssh';
  readonly address: string;
  readonly tags: readonly string[];
  readonly state: KnownServer['state'];
}

export interface RunSummary {
  /** 32 hex digits. */
  readonly id: string;
  /** The event's name. */
  readonly event: string;
  readonly trigger: RunTrigger;
  readonly status: RunStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly jobs: readonly JobSummary[];
}

export interface JobSummary {
  readonly server: string;
  /** `queued` to `draining` while it has no outcome. */
  readonly phase: string;
  readonly outcome?: JobOutcome['kind'];
  readonly exitCode?: number;
}

export interface ApiDeps extends RunDeps {
  readonly events: EventIndex;
}

const MAX_LOG_CHARACTERS = 5_000_000;

/** The door for other extensions; disposing ends its events. */
export function createApi(deps: ApiDeps): { readonly api: CroniumApi } & Disposable {
  const { engine, live } = deps;
  const onDidChangeRuns = new EventEmitter<void>();
  const changes = engine.onDidChange(() => onDidChangeRuns.fire());
  const api: CroniumApi = {
    version: 1,
    events: async () => (await allEvents(deps.events)).map(eventSummary),
    servers: async () => (await (await engine.get()).knownServers()).map(serverSummary),
    runs: async () => (await engine.get()).runs().map(runSummary),
    runEvent: async (id, options = {}) => {
      assertTrusted();
      const { folder, servers } = options;
      assertSelectors(servers);
      const { event } = findEvent(await allEvents(deps.events), { id, folder });
      const script = await readEvent({ id, script: event.script });
      const run = await begin(() => runScript(script, servers ? { kind: 'named', servers } : { kind: 'event' }, deps));
      await run.ended;
      return runSummary((await engine.get()).findRun(run.id));
    },
    cancelRun: async (run) => {
      assertTrusted();
      await live.cancel((await engine.get()).findRun(run));
    },
    log: async (run, server) => await readLog(await engine.get(), run, server),
    onDidChangeRuns: onDidChangeRuns.event,
  };
  return {
    api,
    [Symbol.dispose]: () => {
      changes[Symbol.dispose]();
      onDidChangeRuns.dispose();
    },
  };
}

async function allEvents(index: EventIndex): Promise<LoadedEvent[]> {
  return (await index.get()).flatMap(({ events }) => events);
}

function findEvent(events: readonly LoadedEvent[], named: { id: string; folder: string | undefined }): LoadedEvent {
  const { id, folder } = named;
  const [found, ...others] = events.filter(
    ({ event }) => event.id === id && event.script.root === (folder ?? event.script.root),
  );
  if (!found) throw new CroniumError('event/unknown', `Cannot run the event "${id}": no open folder has it`);
  if (others.length > 0) {
    throw new CroniumError(
      'event/ambiguous',
      `Cannot run the event "${id}": more than one folder has it; name the folder`,
    );
  }
  return found;
}

/** Another extension may pass anything. */
function assertSelectors(servers: unknown): void {
  const isList = Array.isArray(servers) && servers.every((one) => typeof one === 'string');
  if (servers === undefined || isList) return;
  throw new CroniumError('usage/servers', 'Cannot run the event: "servers" is no list of names');
}

/** To a caller it is no different from any other refusal. */
async function begin(start: () => Promise<StartedRun>): Promise<StartedRun> {
  try {
    return await start();
  } catch (cause) {
    if (!(cause instanceof Stopped)) throw cause;
    throw new CroniumError('run/stopped', 'Cannot run the event: the person has stopped it', { cause });
  }
}

async function readLog(cronium: Cronium, run: string, server: string): Promise<string> {
  const job = cronium.findRun(run).jobs.find((one) => one.server.name === server);
  if (!job) throw new CroniumError('run/server', `Cannot read the log of run "${run}": it has no server "${server}"`);
  const decoder = new StreamText();
  let text = '';
  for await (const entry of cronium.log(job)) {
    if (entry.kind !== 'output') continue;
    text += decoder.decode(entry.stream, entry.bytes);
    if (text.length > 2 * MAX_LOG_CHARACTERS) text = text.slice(-MAX_LOG_CHARACTERS);
  }
  return text.slice(-MAX_LOG_CHARACTERS);
}

function eventSummary({ event, problems }: LoadedEvent): EventSummary {
  const { id, name, script, servers } = event;
  const hasErrors = problems.some(({ severity }) => severity === 'error');
  return { id, name, folder: script.root, script: script.path, servers, hasErrors };
}

function serverSummary({ server, state }: KnownServer): ServerSummary {
  const { name, kind, address, tags } = server;
  return { name, kind, address, tags, state };
}

function runSummary({ id, eventName, trigger, startedAt, jobs }: RunRecord): RunSummary {
  return {
    id,
    event: eventName,
    trigger,
    status: runStatus(jobs.map(({ outcome }) => outcome)),
    startedAt,
    jobs: jobs.map(({ server, phase, outcome }) => ({
      server: server.name,
      phase,
      ...(outcome ? { outcome: outcome.kind } : {}),
      ...(outcome && 'exitCode' in outcome && outcome.exitCode !== undefined ? { exitCode: outcome.exitCode } : {}),
    })),
  };
}
