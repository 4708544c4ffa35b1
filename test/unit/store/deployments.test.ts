import { expect, test } from 'vitest';
import type { DeploymentRecord, Deployments } from '../../../src/store/deployments.ts';
import { openStore } from '../../../src/store/store.ts';
import { tempDir } from './temp-dir.ts';

/** Records `server hash state` at the given time and gives it back. */
function record(deployments: Deployments, words: string, at: number, more: { run?: string } = {}): DeploymentRecord {
  const [server = '', sha256 = '', state] = words.split(' ');
  const made = { server, sha256, version: '1.0', platform: 'linux/amd64', at, ...more };
  deployments.record({ ...made, state: state as DeploymentRecord['state'] });
  return { ...made, state: state as DeploymentRecord['state'] };
}

function states(deployments: Deployments): string[] {
  return deployments.latest().map(({ server, sha256, state }) => `${server} ${sha256} ${state}`);
}

test('Deployments.latest() gives the last word on each server and version, newest version first', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { deployments } = store;
  record(deployments, 'web aa deploying', 1);
  const old = record(deployments, 'web aa active', 2, { run: 'r1' });
  record(deployments, 'web bb deploying', 3);
  const failed = record(deployments, 'web bb failed', 4);
  const other = record(deployments, 'db aa deploying', 3);
  expect(deployments.latest()).toEqual([other, failed, old]);
  expect(deployments.find('web', 'bb')).toEqual(failed);
  expect(deployments.find('db', 'bb')).toBeUndefined();
});

test('Deployments.record() makes one version of a server active and leaves the others idle, as they came', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { deployments } = store;
  const old = record(deployments, 'web aa active', 1, { run: 'r1' });
  record(deployments, 'web ff failed', 2);
  record(deployments, 'db aa active', 2);
  record(deployments, 'web bb active', 3);
  expect(states(deployments)).toEqual(['db aa active', 'web bb active', 'web ff failed', 'web aa idle']);
  expect(deployments.find('web', 'aa')).toEqual({ ...old, state: 'idle' });
  record(deployments, 'web aa active', 4);
  expect(states(deployments)).toEqual(['db aa active', 'web aa active', 'web bb idle', 'web ff failed']);
});

test('Deployments.keepOnly() lets the others vanish but for those that are coming', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { deployments } = store;
  for (const [at, words] of ['web aa active', 'web bb active', 'web cc deploying', 'db aa active'].entries()) {
    record(deployments, words, at);
  }
  expect(deployments.keepOnly('web', ['bb'])).toBe(true);
  expect(deployments.keepOnly('web', ['bb'])).toBe(false);
  expect(states(deployments)).toEqual(['db aa active', 'web cc deploying', 'web bb active']);
  expect(deployments.find('web', 'aa')).toBeUndefined();
});

test('Deployments.remove() lets one version vanish until it comes again', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { deployments } = store;
  record(deployments, 'web aa active', 1);
  record(deployments, 'web bb active', 2);
  deployments.remove('web', 'aa');
  deployments.remove('web', 'zz');
  expect(states(deployments)).toEqual(['web bb active']);
  record(deployments, 'web aa deploying', 3);
  expect(states(deployments)).toEqual(['web aa deploying', 'web bb active']);
});

test('Deployments.pin() is what was set last and not ended', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { deployments } = store;
  expect(deployments.pin('web')).toBeUndefined();
  deployments.setPin('web', { sha256: 'aa', platform: 'linux/amd64' });
  deployments.setPin('web', { sha256: 'bb', platform: 'linux/amd64' });
  expect(deployments.pin('web')).toEqual({ sha256: 'bb', platform: 'linux/amd64' });
  expect(deployments.pin('db')).toBeUndefined();
  deployments.endPin('web');
  expect(deployments.pin('web')).toBeUndefined();
});
