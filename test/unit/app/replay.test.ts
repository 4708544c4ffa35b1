import { createHash } from 'node:crypto';
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planReplay, type ReplayDeps } from '../../../src/app/replay.ts';
import type { JobPlan, RunPlan, RunRecord } from '../../../src/domain/run.ts';
import type { Server } from '../../../src/domain/server.ts';
import { sweepCache } from '../../../src/payload/cache.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf, serverOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const ARCHIVE = Buffer.from('the archive of then');
const SHA256 = createHash('sha256').update(ARCHIVE).digest('hex');
const { signal } = new AbortController();

/** A store that knows the run of `plan`, with its archive in the cache. */
function fixture(change: (plan: RunPlan) => RunPlan = (plan) => plan): Disposable & {
  readonly store: Store;
  readonly run: RunRecord;
  readonly archive: string;
  replay(options?: { servers?: readonly string[] }, deps?: Partial<ReplayDeps>): Promise<RunPlan>;
} {
  const dir = tempDir();
  const store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2']);
  const archive = join(store.payloadsDir, `${SHA256}.tar.gz`);
  writeFileSync(archive, ARCHIVE);
  const payload = { ...plan.payload, sha256: SHA256, size: ARCHIVE.length, notes: ['left out'] };
  store.runs.insert(change({ ...plan, payload }), 1);
  const run = store.runs.newest(1)[0] as RunRecord;
  return {
    store,
    run,
    archive,
    replay: (options = {}, deps = {}) =>
      planReplay(
        run,
        store.runs.keptPlan(run.id),
        { ...options, signal },
        {
          payloadsDir: store.payloadsDir,
          env: { TOKEN: 'from the environment' },
          prompts: {},
          renewServers: async (servers) => servers,
          ...deps,
        },
      ),
    [Symbol.dispose]: () => {
      store[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}

test('planReplay() repeats payload, arguments, environment, input and limits, under ids of its own', async () => {
  const own = { args: ['web-2'], env: { NAME: 'web-2' } };
  const git = { commit: 'ef'.repeat(20), isDirty: false };
  using kept = fixture((plan) => {
    const [first, second] = plan.jobs as [JobPlan, JobPlan];
    const spec = { ...plan.spec, args: ['a b'], env: { MODE: 'x' }, input: { deep: [1] } };
    return { ...plan, spec, git, trigger: 'save', overlap: 'skip', jobs: [first, { ...second, own }] };
  });
  const { id, jobs, ...plan } = await kept.replay();
  expect(plan).toEqual({
    eventId: 'scripts/restart.sh',
    eventName: 'Restart web',
    script: { root: '/project', path: 'scripts/restart.sh' },
    trigger: 'person',
    overlap: 'skip',
    git,
    replayOf: kept.run.id,
    payload: { sha256: SHA256, size: ARCHIVE.length, file: kept.archive, scriptSha256: 'cd'.repeat(32), notes: [] },
    parallel: 10,
    retries: 3,
    spec: {
      args: ['a b'],
      env: { MODE: 'x' },
      input: { deep: [1] },
      timeoutMs: 1000,
      graceMs: 1000,
      onDisconnect: { kind: 'continue' },
      secrets: { TOKEN: 'from the environment' },
    },
  });
  expect(jobs.map(({ server, own }) => [server, own])).toEqual([
    [serverOf('web-1'), undefined],
    [serverOf('web-2'), own],
  ]);
  const old = [kept.run.id, ...kept.run.jobs.map((job) => job.id)];
  for (const fresh of [id, ...jobs.map((job) => job.id)]) expect(old).not.toContain(fresh);
});

test('planReplay() asks for secrets again, by the name under which they are remembered', async () => {
  using kept = fixture();
  const asked: unknown[] = [];
  const askSecret = async (prompt: string, { subject }: { subject?: string }): Promise<string> => {
    asked.push([prompt, subject]);
    return 'typed';
  };
  const plan = await kept.replay({}, { env: {}, prompts: { askSecret } });
  expect(plan.spec.secrets).toEqual({ TOKEN: 'typed' });
  expect(asked).toEqual([['Secret TOKEN of "Restart web"', 'secret TOKEN of scripts/restart.sh in /project']]);
  await expect(kept.replay({}, { env: {} })).rejects.toMatchObject({ code: 'run/secret' });
});

test('planReplay() takes the servers as their names mean them now', async () => {
  using kept = fixture();
  const now: Server = { ...serverOf('web-2'), address: 'new.example.com', isProtected: true };
  const plan = await kept.replay({}, { renewServers: async ([first]) => [first as Server, now] });
  expect(plan.jobs.map(({ server }) => server)).toEqual([serverOf('web-1'), now]);
});

test('planReplay() repeats on some of the servers, and names one that was none', async () => {
  using kept = fixture();
  const plan = await kept.replay({ servers: ['web-2'] });
  expect(plan.jobs.map(({ server }) => server.name)).toEqual(['web-2']);
  await expect(kept.replay({ servers: ['web-2', 'db'] })).rejects.toMatchObject({
    code: 'run/servers',
    message: expect.stringMatching(/on "db": it was on web-1, web-2$/),
  });
  await expect(kept.replay({ servers: [] })).rejects.toMatchObject({ code: 'run/servers' });
});

test('planReplay() refuses an archive that is gone or is not the one of then', async () => {
  using kept = fixture();
  const refused = { code: 'run/replay', message: expect.stringContaining('its payload is no longer kept') };
  writeFileSync(kept.archive, 'The archive of then');
  await expect(kept.replay()).rejects.toMatchObject(refused);
  rmSync(kept.archive);
  await expect(kept.replay()).rejects.toMatchObject(refused);
  expect(existsSync(kept.archive)).toBe(false);
});

test('planReplay() keeps the archive from being swept away before its run begins', async () => {
  using kept = fixture();
  utimesSync(kept.archive, 1, 1);
  await kept.replay();
  await sweepCache(kept.store.payloadsDir, { named: new Set(), before: Date.now() - 60_000 });
  expect(existsSync(kept.archive)).toBe(true);
});

test('planReplay() refuses a run of which an older version kept too little', async () => {
  using kept = fixture();
  const { script: _script, ...old } = kept.run;
  const deps = { payloadsDir: kept.store.payloadsDir, env: {}, prompts: {}, renewServers: async () => [] };
  await expect(planReplay(old, undefined, { signal }, deps)).rejects.toMatchObject({
    code: 'run/replay',
    message: expect.stringContaining(`Cannot replay run ${idOf('one').slice(0, 8)}`),
  });
});
