import { createHash } from 'node:crypto';
import type { RunPlan } from '../../../src/domain/run.ts';
import type { Server } from '../../../src/domain/server.ts';

/** An id made from any text, so that tests can name their runs and jobs. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

export function serverOf(name: string): Server {
  return { name, kind: 'ssh', address: `me@${name}:22`, tags: ['web'] };
}

/** The plan of the run `name` with a job on each server; the job's id is that of `<run>/<server>`. */
export function planOf(name: string, servers: readonly string[] = ['web-1']): RunPlan {
  return {
    id: idOf(name),
    eventId: 'scripts/restart.sh',
    eventName: 'Restart web',
    script: { root: '/project', path: 'scripts/restart.sh' },
    trigger: 'person',
    overlap: 'queue',
    payload: { sha256: 'ab'.repeat(32), size: 321, file: '/cache/x', scriptSha256: 'cd'.repeat(32), notes: [] },
    jobs: servers.map((server) => ({ id: idOf(`${name}/${server}`), server: serverOf(server) })),
    parallel: 10,
    retries: 3,
    spec: {
      env: {},
      timeoutMs: 1000,
      graceMs: 1000,
      onDisconnect: { kind: 'continue' },
      secrets: { TOKEN: 'hunter2-hunter2' },
    },
  };
}
