import { expect, test } from 'vitest';
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
  servers.recordPayloadOn('db', 'bb', 3);
  const held = () =>
    ['web aa', 'web bb', 'db aa', 'db bb'].filter((fact) =>
      servers.holdsPayload(...(fact.split(' ') as [string, string])),
    );
  expect(held()).toEqual(['web aa', 'web bb', 'db bb']);
  servers.forgetPayloads('web');
  expect(held()).toEqual(['db bb']);
});
