import { expect, test } from 'vitest';
import type { KnownServer } from '../../../../../src/app/cronium.ts';
import { LOCAL, type Server } from '../../../../../src/domain/server.ts';
import {
  describeChoice,
  type ServerCatalog,
  serverItems,
  serversToWarm,
  tickedBy,
} from '../../../../../src/vscode/commands/run/server-items.ts';
import { serverOf } from '../../run.ts';

function known(server: Server, fields: Partial<KnownServer> = {}): KnownServer {
  return { server, origin: 'settings', state: 'unknown', ...fields };
}

const catalog: ServerCatalog = {
  servers: [
    known(LOCAL, { seenAt: 9 }),
    known(serverOf('web1', { tags: ['web'], address: 'deploy@web1.example.com' })),
    known(serverOf('web2', { tags: ['web'], isProtected: true }), { seenAt: 1 }),
    known(serverOf('db1'), { seenAt: 2 }),
  ],
  groups: { all: ['web*', 'db1'], web: ['db1'], none: ['gone-*'] },
};

test('serverItems() lists this machine, groups and tags, servers, and what the event names itself', () => {
  const items = serverItems(catalog, ['web1', '@all', 'root@other']);
  expect(items.map(({ selector, description, section }) => [selector, description, section])).toEqual([
    ['local', 'this machine', 'machine'],
    ['@all', 'web1, web2, db1', 'groups'],
    ['@none', expect.stringContaining('No server matches "gone-*"'), 'groups'],
    ['@web', 'web1, web2, db1', 'groups'],
    ['web1', 'deploy@web1.example.com · @web', 'servers'],
    ['web2', '@web · protected', 'servers'],
    ['db1', '', 'servers'],
    ['root@other', '', 'typed'],
  ]);
});

test('tickedBy() ticks names and groups as they were chosen, and the servers that wildcards mean now', () => {
  const ticked = [['web1', '@all', '@gone'], ['web*'], ['@all', '!web1'], ['local, db1'], ['none-*'], []];
  expect(ticked.map((selectors) => tickedBy(selectors, catalog))).toEqual([
    ['web1', '@all'],
    ['web1', 'web2'],
    ['web2', 'db1'],
    ['local', 'db1'],
    [],
    [],
  ]);
});

test('describeChoice() names the servers that are meant, or says what is wrong', () => {
  const many = { ...catalog, servers: Array.from({ length: 6 }, (_, at) => known(serverOf(`s${at}`))) };
  expect([
    describeChoice([], catalog),
    describeChoice(['@all', 'web1'], catalog),
    describeChoice(['s*'], many),
    describeChoice(['@none'], catalog),
  ]).toEqual([
    '',
    'web1, web2, db1',
    's0, s1, s2, s3 and 2 more',
    'No server matches "gone-*": there are web1, web2, db1',
  ]);
});

test('serversToWarm() are the ticked ones, then those that answered before, the latest first, and a bounded number', () => {
  expect(serversToWarm(['web1'], catalog).map(({ name }) => name)).toEqual(['web1', 'db1', 'web2']);
  const many = {
    ...catalog,
    servers: Array.from({ length: 40 }, (_, at) => known(serverOf(`s${at}`), { seenAt: at })),
  };
  expect(serversToWarm([], many).map(({ name }) => name)).toEqual(Array.from({ length: 16 }, (_, at) => `s${39 - at}`));
});
