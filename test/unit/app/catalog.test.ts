import { expect, test } from 'vitest';
import { type Catalog, chooseServers, renewServers } from '../../../src/app/catalog.ts';
import type { Server } from '../../../src/domain/server.ts';

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
