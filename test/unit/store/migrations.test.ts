import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { idOf, planOf, serverOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

/** A folder with a database as version 1 left it. */
function version1(): ReturnType<typeof tempDir> {
  const dir = tempDir();
  const database = new Database(`${dir.path}/cronium.db`);
  database.exec(readFileSync(new URL('./version-1.sql', import.meta.url), 'utf8'));
  database.close();
  return dir;
}

test('openStore() keeps what version 1 wrote', () => {
  using dir = version1();
  using store = openStore(dir.path);
  expect(store.runs.newest(9)).toEqual([
    {
      id: idOf('one'),
      eventId: 'scripts/restart.sh',
      eventName: 'Restart web',
      trigger: 'person',
      payloadSha256: 'ab'.repeat(32),
      scriptSha256: 'cd'.repeat(32),
      startedAt: 1000,
      jobs: [
        {
          id: idOf('one/web-1'),
          runId: idOf('one'),
          server: serverOf('web-1'),
          phase: 'running',
          phaseAt: 1100,
          startedAt: 1100,
          endedAt: 1200,
          outcome: { kind: 'failed', exitCode: 3 },
          cancelRequested: false,
        },
        {
          id: idOf('one/web-2'),
          runId: idOf('one'),
          server: serverOf('web-2'),
          phase: 'running',
          phaseAt: 1100,
          startedAt: 1100,
          cancelRequested: false,
        },
      ],
    },
  ]);
  expect(store.deployments.latest()).toEqual([
    {
      server: 'web-1',
      sha256: 'cc',
      version: '0.1.0',
      platform: 'linux/amd64',
      state: 'active',
      at: 1020,
      run: idOf('one'),
    },
  ]);
  expect(store.servers.seen()).toEqual([{ server: serverOf('web-1'), host: 'm1', platform: 'linux/amd64', at: 1050 }]);
  expect(store.servers.holdsPayload('web-1', 'ab'.repeat(32))).toBe(true);
});

test('openStore() goes on with a database of version 1: runs, ends, deployments', () => {
  using dir = version1();
  using store = openStore(dir.path);
  expect(store.runs.keptPlan(idOf('one'))).toBeUndefined();
  store.runs.insert(planOf('two', ['web-2']), 2000);
  // Nobody knows which script the old run was of, so it is in nobody's way.
  expect(store.jobs.inTheWayOf(idOf('two'))).toEqual([]);
  expect(store.jobs.settle(idOf('one/web-2'), { kind: 'succeeded', exitCode: 0 }, 2100)).toBe(true);
  store.deployments.record({
    ...{ server: 'web-1', sha256: 'dd', version: '0.2.0', platform: 'linux/amd64' },
    ...{ state: 'active', at: 2200 },
  });
  expect(store.deployments.latest().map(({ sha256, state }) => [sha256, state])).toEqual([
    ['dd', 'active'],
    ['cc', 'idle'],
  ]);
  store.deployments.setPin('web-1', { sha256: 'cc', platform: 'linux/amd64' });
  expect(store.runs.remove([idOf('one')])).toEqual([idOf('one')]);
});
