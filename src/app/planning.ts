import { randomBytes } from 'node:crypto';
import { inTurns } from '../base/in-turns.ts';
import { CroniumError } from '../domain/errors.ts';
import { DEFAULT_TIMEOUT_MS, type ScriptEvent } from '../domain/event.ts';
import type { Files } from '../domain/files.ts';
import type { GitState, JobPlan, RunPlan, StartSpec } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import { findFiles } from '../payload/files.ts';
import { buildPayload } from '../payload/payload.ts';
import { askSecrets, type SecretsDeps } from './ask-secrets.ts';
import type { PlanOptions } from './cronium.ts';
import { gitState } from './git.ts';
import type { GitAnswers } from './git-answers.ts';
import { resolveValues } from './resolve-values.ts';
import { MAX_INPUT_BYTES } from './start-context.ts';

/** Jobs at once when neither the event nor the person says. */
const DEFAULT_PARALLEL = 32;

/** Between the polite and the hard end of a script. */
const GRACE_MS = 5_000;

/** A `start` is one message of at most 64 KiB; the rest of it needs little. */
const MAX_SPEC_BYTES = 60_000;

/** Servers that are planned for in one turn of the event loop: a few milliseconds. */
const PLANNED_PER_TURN = 200;

export interface PlanningDeps extends SecretsDeps {
  readonly payloadsDir: string;
  readonly files: Files;
  readonly homeDir: string;
  readonly gitAnswers: GitAnswers;
  chooseServers(selectors: readonly string[]): Promise<readonly Server[]>;
}

/** Packs the event and decides what would run where. */
export async function planRun(event: ScriptEvent, options: PlanOptions, deps: PlanningDeps): Promise<RunPlan> {
  const values = resolveValues(event, options, deps);
  const { cwd } = values;
  const packed = cwd === undefined ? event : { ...event, cwd };
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // All of it at once; what is wrong with the servers is told first, then what is wrong with the files.
  const packing = buildPayload(packed, { files: deps.files, text: options.text, cacheDir: deps.payloadsDir, signal });
  const asking = findGitState(event, { ...options, signal }, deps);
  for (const work of [packing, asking]) work.catch(() => {});
  let servers: readonly Server[];
  try {
    servers = await findServers(event, options, deps);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled([packing, asking]);
    throw error;
  }
  const [payload, git] = await Promise.all([packing, asking]);
  const { input } = values;
  const spec: StartSpec = {
    ...values.common,
    timeoutMs: options.timeoutMs ?? event.timeoutMs ?? options.defaults?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    graceMs: GRACE_MS,
    onDisconnect: event.onDisconnect,
    ...(input === undefined ? {} : { input }),
    ...(event.secretsAs ? { secretsAs: event.secretsAs } : {}),
    ...(event.api ? { api: event.api } : {}),
    secrets: await askSecrets(event, deps, options),
  };
  const jobs = await planJobs(servers, values.own);
  await checkSize(event.name, spec, jobs);
  return {
    id: newId(),
    eventId: event.id,
    eventName: event.name,
    script: event.script,
    trigger: options.trigger ?? 'person',
    overlap: event.overlap,
    ...(git ? { git } : {}),
    payload,
    jobs,
    parallel: options.parallel ?? event.parallel ?? options.defaults?.parallel ?? DEFAULT_PARALLEL,
    ...(event.maxFailures === undefined ? {} : { maxFailures: event.maxFailures }),
    retries: event.retries,
    spec,
  };
}

/** An id of a run or a job. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** A job for each server, with what is its own there. */
export async function planJobs(
  servers: readonly Server[],
  ownOf: (server: Server, index: number) => JobPlan['own'],
): Promise<JobPlan[]> {
  const jobs: JobPlan[] = [];
  await inTurns(servers, { perTurn: PLANNED_PER_TURN }, (server, index) => {
    const own = ownOf(server, index);
    jobs.push({ id: newId(), server, ...(own ? { own } : {}) });
  });
  return jobs;
}

/** Throws `CroniumError` `run/size` when what travels in a `start` is too large for any of the jobs. */
export async function checkSize(event: string, spec: StartSpec, jobs: readonly JobPlan[]): Promise<void> {
  const { input, ...message } = spec;
  const refuse = (found: string): never => {
    throw new CroniumError('run/size', `Cannot run "${event}": ${found}; name a file under "files" for larger data`);
  };
  const inputSize = input === undefined ? 0 : Buffer.byteLength(JSON.stringify(input));
  if (inputSize > MAX_INPUT_BYTES) {
    refuse(`its input is ${inputSize} bytes, at most ${MAX_INPUT_BYTES} are possible`);
  }
  const sizeWith = (own: JobPlan['own']): number => Buffer.byteLength(JSON.stringify({ ...message, ...own }));
  const owns = jobs.flatMap(({ own }) => own ?? []);
  let size = owns.length < jobs.length ? sizeWith(undefined) : 0;
  await inTurns(owns, { perTurn: PLANNED_PER_TURN }, (own) => {
    size = Math.max(size, sizeWith(own));
  });
  if (size <= MAX_SPEC_BYTES) return;
  refuse(`its arguments, environment and secrets are ${size} bytes together, at most ${MAX_SPEC_BYTES} are possible`);
}

async function findServers(event: ScriptEvent, options: PlanOptions, deps: PlanningDeps): Promise<readonly Server[]> {
  const selectors = options.on ?? event.servers;
  if (selectors.length === 0) {
    throw new CroniumError(
      'run/servers',
      `Cannot run "${event.name}": no server is named; name some when you run it (--on), or in its header ("servers")`,
    );
  }
  const servers = await deps.chooseServers(selectors);
  if (servers.length === 0) throw new CroniumError('run/servers', `Cannot run "${event.name}": no server is left`);
  return servers;
}

/** What cannot be found for it cannot be packed either, and that is said by the packing. */
function findGitState(
  { script, files }: ScriptEvent,
  { text, signal }: PlanOptions,
  deps: PlanningDeps,
): Promise<GitState | undefined> {
  const others = async (): Promise<string[]> => {
    const found = await findFiles(files, script.root, { files: deps.files, signal });
    return found.files.map(({ name }) => name);
  };
  return gitState({ script, text, others }, deps);
}
