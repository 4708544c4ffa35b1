import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Catalog, chooseServers, openCatalog, renewServers } from '../../../src/app/catalog.ts';
import type { Server } from '../../../src/domain/server.ts';
import { tempDir } from '../store/temp-dir.ts';

const server = (name: string, rest: Partial<Server> = {}): Server => ({
  ...{ name, kind: 'ssh', address: name, tags: [] },
  ...rest,
});

const CATALOG: Catalog = {
  servers: [
    { server: server('front', { address: 'web1', isProtected: true }), origin: 'settings' },
    { server: server('web1'), origin: 'ssh' },
    { server: server('db', { address: 'moved.example.com' }), origin: 'settings' },
  ],
  groups: {},
};

const GUARDED = { isProtected: true } as const;

test('chooseServers() protects a machine by whatever name it is called', () => {
  expect(chooseServers(['front', 'web1', 'db'], CATALOG)).toMatchObject([GUARDED, GUARDED, { name: 'db' }]);
  expect(chooseServers(['db'], CATALOG)[0]).not.toHaveProperty('isProtected');
});

test('renewServers() protects it, too, takes names as they are meant now, and keeps what has none', () => {
  const then = [server('db', { address: 'old.example.com' }), server('web1'), server('me@typed')];
  expect(renewServers(then, CATALOG)).toEqual([
    server('db', { address: 'moved.example.com' }),
    server('web1', GUARDED),
    server('me@typed'),
  ]);
});

test('openCatalog() takes the configuration apart again only when its text is another', async () => {
  using dir = tempDir();
  const configFile = join(dir.path, 'config.yaml');
  const read = openCatalog({ configFile, listAliases: async () => ['web1'] });
  const named = async (): Promise<readonly Server[]> => (await read()).servers.map((each) => each.server);
  expect((await named()).map(({ name }) => name)).toEqual(['local', 'web1']);
  writeFileSync(configFile, 'servers:\n  db: me@db.example.com\n');
  const [, first] = await named();
  const [, again] = await named();
  expect(first).toMatchObject({ name: 'db', address: 'me@db.example.com' });
  expect(again).toBe(first);
  writeFileSync(configFile, 'servers: 1\n');
  await expect(read()).rejects.toMatchObject({ code: 'config/invalid' });
  writeFileSync(configFile, 'servers:\n  db: db2\n');
  expect((await named())[1]).toMatchObject({ address: 'db2' });
});
