import { utimes } from 'node:fs/promises';
import { CroniumError } from '../domain/errors.ts';
import { shortId } from '../domain/id.ts';
import type { JobRecord, RunPlan, RunRecord } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import { findArchive } from '../payload/cache.ts';
import type { KeptPlan } from '../store/runs.ts';
import { askSecrets, type SecretsDeps } from './ask-secrets.ts';
import type { ReplayOptions } from './cronium.ts';
import { checkSize, newId, planJobs } from './planning.ts';

export interface ReplayDeps extends SecretsDeps {
  readonly payloadsDir: string;
  /** What the names of these servers mean now. */
  renewServers(servers: readonly Server[]): Promise<readonly Server[]>;
}

/** Plans a run again from what was kept of it: its archive, arguments and input. Secrets are asked for anew. */
export async function planReplay(
  run: RunRecord,
  kept: KeptPlan | undefined,
  options: ReplayOptions,
  deps: ReplayDeps,
): Promise<RunPlan> {
  const { eventId, eventName, script, git, payloadSha256: sha256, scriptSha256 } = run;
  if (!kept || !script) {
    throw new CroniumError(
      'run/replay',
      `Cannot replay run ${shortId(run.id)}: the version of Cronium that started it did not keep what it needs; run the script again`,
    );
  }
  const chosen = chooseJobs(run, options.servers);
  const servers = await deps.renewServers(chosen.map(({ server }) => server));
  const jobs = await planJobs(servers, (_, index) => kept.own.get(chosen[index]?.id ?? ''));
  const payload = { sha256, size: kept.payloadSize };
  const file = await findArchive(deps.payloadsDir, payload);
  if (file === undefined) {
    throw new CroniumError(
      'run/replay',
      `Cannot replay run ${shortId(run.id)}: its payload is no longer kept on this machine; run the script again`,
    );
  }
  // The run of then may be removed while a person is asked for secrets: as of a new one, nothing sweeps its archive away.
  await utimes(file, new Date(), new Date());
  const { secrets: names, overlap, parallel, maxFailures, retries, ...common } = kept.spec;
  const event = { id: eventId, name: eventName, script, secrets: names };
  const spec = { ...common, secrets: await askSecrets(event, deps, options) };
  await checkSize(eventName, spec, jobs);
  return {
    id: newId(),
    ...{ eventId, eventName, script, overlap, parallel, retries, jobs, spec },
    ...(maxFailures === undefined ? {} : { maxFailures }),
    trigger: options.trigger ?? 'person',
    ...(git ? { git } : {}),
    replayOf: run.id,
    payload: { ...payload, file, scriptSha256, notes: [] },
  };
}

function chooseJobs({ id, jobs }: RunRecord, servers: readonly string[] | undefined): readonly JobRecord[] {
  if (!servers) return jobs;
  const names = jobs.map(({ server }) => server.name);
  const missing = servers.find((name) => !names.includes(name));
  if (missing !== undefined || servers.length === 0) {
    const wanted = missing === undefined ? 'no server' : `"${missing}"`;
    throw new CroniumError(
      'run/servers',
      `Cannot replay run ${shortId(id)} on ${wanted}: it was on ${names.join(', ')}`,
    );
  }
  return jobs.filter(({ server }) => servers.includes(server.name));
}
