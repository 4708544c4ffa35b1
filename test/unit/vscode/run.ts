import type { JobRecord, RunPlan, RunRecord } from '../../../src/domain/run.ts';
import type { Server } from '../../../src/domain/server.ts';

/** A server behind an SSH alias. */
export function serverOf(name: string, fields: Partial<Server> = {}): Server {
  return { name, kind: 'ssh', address: name, tags: [], ...fields };
}

/** A job that waits. */
export function jobOf(name: string, fields: Partial<JobRecord> = {}): JobRecord {
  return {
    id: `job-${name}`,
    runId: 'abcdef0123456789abcdef0123456789',
    server: serverOf(name),
    phase: 'queued',
    phaseAt: 500,
    cancelRequested: false,
    ...fields,
  };
}

/** A run of `ops/restart.sh` that a person began. */
export function runOf(jobs: readonly JobRecord[], fields: Partial<RunRecord> = {}): RunRecord {
  return {
    id: 'abcdef0123456789abcdef0123456789',
    eventId: 'ops/restart.sh',
    eventName: 'Restart web',
    script: { root: '/project', path: 'ops/restart.sh' },
    trigger: 'person',
    payloadSha256: 'a'.repeat(64),
    scriptSha256: 'b'.repeat(64),
    startedAt: 1_000,
    jobs,
    ...fields,
  };
}

export const SUCCEEDED = {
  phase: 'running',
  startedAt: 1_000,
  endedAt: 3_000,
  outcome: { kind: 'succeeded', exitCode: 0 },
} as const;
export const FAILED = {
  phase: 'running',
  startedAt: 1_000,
  endedAt: 5_000,
  outcome: { kind: 'failed', exitCode: 3 },
} as const;

/** A plan of the same event over servers. */
export function planOf(servers: readonly Server[], fields: Partial<RunPlan> = {}): RunPlan {
  return {
    id: 'abcdef0123456789abcdef0123456789',
    eventId: 'ops/restart.sh',
    eventName: 'Restart web',
    script: { root: '/project', path: 'ops/restart.sh' },
    trigger: 'person',
    overlap: 'queue',
    payload: { sha256: 'a'.repeat(64), size: 1, file: '/cache/a', scriptSha256: 'b'.repeat(64), notes: [] },
    jobs: servers.map((server) => ({ id: `job-${server.name}`, server })),
    parallel: 32,
    retries: 3,
    spec: { env: {}, timeoutMs: 3_600_000, graceMs: 5_000, onDisconnect: { kind: 'continue' }, secrets: {} },
    ...fields,
  };
}
