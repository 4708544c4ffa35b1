import { randomBytes } from 'node:crypto';
import { CroniumError } from '../domain/errors.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { RunPlan, StartSpec } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import { buildPayload } from '../payload/payload.ts';
import type { Prompts } from '../transport/transport.ts';
import type { PlanOptions } from './cronium.ts';

/** Jobs at once when neither the event nor the person says. */
const DEFAULT_PARALLEL = 32;

/** Between the polite and the hard end of a script. */
const GRACE_MS = 5_000;

/** A `start` is one message of at most 64 KiB; the rest of it needs little. */
const MAX_SPEC_BYTES = 60_000;

export interface PlanningDeps {
  readonly payloadsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prompts: Prompts;
  chooseServers(selectors: readonly string[]): Promise<readonly Server[]>;
}

/** Packs the event and decides what would run where. */
export async function planRun(event: ScriptEvent, options: PlanOptions, deps: PlanningDeps): Promise<RunPlan> {
  const selectors = options.on ?? event.servers;
  if (selectors.length === 0) {
    throw new CroniumError(
      'run/servers',
      `Cannot run "${event.name}": no server is named; name some when you run it (--on), or in its header ("servers")`,
    );
  }
  const servers = await deps.chooseServers(selectors);
  if (servers.length === 0) throw new CroniumError('run/servers', `Cannot run "${event.name}": no server is left`);
  const payload = await buildPayload(event, {
    text: options.text,
    cacheDir: deps.payloadsDir,
    signal: options.signal,
  });
  const secrets = await askSecrets(event, deps, options.signal);
  const input = options.input ?? event.input;
  const spec: StartSpec = {
    ...(options.args ? { args: options.args } : {}),
    env: options.env ?? {},
    timeoutMs: options.timeoutMs ?? event.timeoutMs,
    graceMs: GRACE_MS,
    onDisconnect: event.onDisconnect,
    ...(input === undefined ? {} : { input }),
    secrets,
  };
  checkSize(event, spec);
  return {
    id: newId(),
    eventId: event.id,
    eventName: event.name,
    payload,
    jobs: servers.map((server) => ({ id: newId(), server })),
    parallel: options.parallel ?? event.parallel ?? DEFAULT_PARALLEL,
    retries: event.retries,
    spec,
  };
}

function newId(): string {
  return randomBytes(16).toString('hex');
}

function checkSize(event: ScriptEvent, spec: StartSpec): void {
  const size = Buffer.byteLength(JSON.stringify(spec));
  if (size <= MAX_SPEC_BYTES) return;
  throw new CroniumError(
    'run/size',
    `Cannot run "${event.name}": its arguments, environment, secrets and input are ${size} bytes together, at most ${MAX_SPEC_BYTES} are possible; name a file under "files" for larger data`,
  );
}

/** The values of the event's secrets: from the environment of the same name, else asked for, never echoed, never stored. */
async function askSecrets(
  event: ScriptEvent,
  deps: PlanningDeps,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const name of event.secrets) {
    const value = deps.env[name] ?? (await deps.prompts.askSecret?.(`Secret ${name} of "${event.name}"`, { signal }));
    if (value === undefined) {
      throw new CroniumError(
        'run/secret',
        `Cannot run "${event.name}": its secret ${name} is neither in the environment nor was it given`,
      );
    }
    secrets[name] = value;
  }
  return secrets;
}
