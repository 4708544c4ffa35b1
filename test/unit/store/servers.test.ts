import { expect, test } from 'vitest';
import type { DeploymentRecord } from '../../../src/store/deployments.ts';
import { openStore } from '../../../src/store/store.ts';
import { serverOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

test('Servers.seen() gives what each server said last, by name', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const web = { server: serverOf('web'), host: 'm1', platform: 'linux/amd64', at: 1 };
  const db = { server: serverOf('db'), host: 'm2', platform: 'linux/arm64', at: 2 };
  store.servers.saw(web);
  store.servers.saw(db);
  store.servers.saw({ ...web, host: 'm3', at: 3 });
  expect(store.servers.seen()).toEqual([db, { ...web, host: 'm3', at: 3 }]);
});

test('Servers.holdsPayload() is what was recorded and not forgotten', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { servers } = store;
  servers.recordPayloadOn('web', 'aa', 1);
  servers.recordPayloadOn('web', 'aa', 2);
  servers.recordPayloadOn('web', 'bb', 3);
  servers.forgetPayloadOn('web', 'bb');
  expect([servers.holdsPayload('web', 'aa'), servers.holdsPayload('web', 'bb')]).toEqual([true, false]);
  expect(servers.holdsPayload('db', 'aa')).toBe(false);
});

test('Deployments.latest() gives the last word on each server and version, newest version first', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const record = (server: string, sha256: string, more: Partial<DeploymentRecord>): DeploymentRecord => {
    const made = {
      server,
      sha256,
      version: '1.0',
      platform: 'linux/amd64',
      state: 'deploying',
      at: 1,
      ...more,
    } as const;
    store.deployments.record(made);
    return made;
  };
  record('web', 'aa', {});
  const old = record('web', 'aa', { state: 'active', at: 2, run: 'r1' });
  record('web', 'bb', { at: 3 });
  const failed = record('web', 'bb', { state: 'failed', at: 4 });
  const other = record('db', 'aa', { at: 3 });
  expect(store.deployments.latest()).toEqual([other, failed, old]);
  expect(store.deployments.find('web', 'bb')).toEqual(failed);
  expect(store.deployments.find('db', 'bb')).toBeUndefined();
});
