import { expect, test } from 'vitest';
import type { Deployment, Health, KnownServer } from '../../../../src/app/cronium.ts';
import { LOCAL } from '../../../../src/domain/server.ts';
import { serverRows } from '../../../../src/vscode/views/servers.ts';

const GIB = 1024 ** 3;
const deps = { moment: (at: number) => `at ${at}` };
const local: KnownServer = { server: LOCAL, origin: 'local', state: 'unknown' };
const runner: Deployment = {
  server: 'web1',
  sha256: 'a'.repeat(64),
  version: '0.1.0',
  platform: 'linux/amd64',
  state: 'active',
  at: 7,
};
const well: Health = {
  cores: 2,
  load1: 0.5,
  memory: { total: 8 * GIB, available: 4 * GIB },
  disk: { total: 100 * GIB, free: 60 * GIB },
  uptimeSeconds: 90_061,
  jobs: 1,
};

function known(name: string, fields: Partial<KnownServer> = {}, server: Partial<KnownServer['server']> = {}) {
  return {
    server: { name, kind: 'ssh', address: name, tags: [], ...server },
    origin: 'ssh',
    state: 'unknown',
    ...fields,
  } as const satisfies KnownServer;
}

test('serverRows() tells state, address, tags, protection, platform and the runner that is there', () => {
  const web = known(
    'web1',
    { origin: 'settings', state: 'connected', platform: 'linux/amd64', runner },
    { address: 'deploy@web1.example.com', tags: ['web'], isProtected: true },
  );
  const rows = serverRows(
    [local, web, known('db', { state: 'failed', problem: 'Cannot connect to "db": no answer' })],
    {
      ...deps,
    },
  );
  expect(rows.map(({ label, description, words, icon }) => [label, description, words, icon.name])).toEqual([
    ['local', 'this machine', 'server local', 'device-desktop'],
    [
      'web1',
      'deploy@web1.example.com · @web · protected · linux/amd64 · runner 0.1.0',
      'server ssh connected settings protected',
      'vm-active',
    ],
    ['db', 'no connection', 'server ssh', 'debug-disconnect'],
  ]);
  expect(rows[1]?.spoken).toContain('Server web1, connected, ');
  expect(rows[2]?.tooltip).toMatchObject({
    facts: expect.arrayContaining([{ value: 'Cannot connect to "db": no answer' }]),
  });
});

test('serverRows() shows the health of a server below it', () => {
  const [row] = serverRows([known('web1', { state: 'connected', health: { at: 9, health: well } })], deps);
  expect(row?.description).toBeUndefined();
  expect(row?.children?.map(({ label, description, icon }) => [label, description, icon.name])).toEqual([
    ['Load', '0.50 on 2 cores', 'dashboard'],
    ['Memory', '4 GiB of 8 GiB available', 'chip'],
    ['Disk', '60 GiB of 100 GiB free', 'database'],
    ['Jobs', '1 goes on', 'play-circle'],
    ['Up', '1 d 01 h', 'clock'],
  ]);
});

test('serverRows() says what is wrong with a server first, and what helps', () => {
  const ill: Health = {
    cores: 1,
    load1: 2.5,
    memory: { total: 8 * GIB, available: 0.1 * GIB },
    disk: { total: 100 * GIB, free: 1 * GIB },
    jobs: 9,
  };
  const web = known('web1', { state: 'connected', health: { at: 9, health: ill } }, { tags: ['web'] });
  const [row] = serverRows([web], deps);
  expect(row?.description).toBe('busy · memory low · disk nearly full · 9 jobs · @web');
  expect(row?.children?.map(({ icon }) => icon.name)).toEqual(Array(4).fill('warning'));
  expect(row?.children?.[2]?.spoken).toBe(
    'Disk of web1, 1 GiB of 100 GiB free, "Clean Server" removes what old runs have left there; logs may be cut short',
  );
});

test('serverRows() takes the health of a server that is not connected any more for what it was', () => {
  const health = { at: 9, health: { ...well, load1: 9 } };
  const [row] = serverRows([known('web1', { health })], deps);
  expect([row?.description, row?.children?.[0]?.description]).toEqual([undefined, '9.00 on 2 cores · busy · at 9']);
});

test('serverRows() leaves out what a system does not tell', () => {
  const health = { cores: 2, disk: { total: 0.6 * GIB, free: 0.4 * GIB }, jobs: 0 };
  const [row] = serverRows([known('web1', { state: 'connected', health: { at: 9, health } })], deps);
  expect(row?.children?.map(({ label, description }) => [label, description])).toEqual([
    ['Disk', '409.6 MiB of 614.4 MiB free · disk nearly full'],
    ['Jobs', 'none'],
  ]);
});

test('serverRows() shows groups with the servers that they mean now', () => {
  const rows = serverRows([local, known('web1', { state: 'connected' }), known('web2')], {
    ...deps,
    groups: { web: ['web*', 'extra'], gone: ['db-*'] },
  });
  const groups = rows.at(-1);
  expect([groups?.label, groups?.words, groups?.spoken]).toEqual(['Groups', 'groups', '2 groups']);
  const [web, gone] = groups?.children ?? [];
  expect([web?.label, web?.description, web?.words]).toEqual(['@web', '3 servers', 'group']);
  expect(web?.children?.map(({ label, words, target }) => [label, words, target])).toEqual([
    ['web1', 'server ssh connected', { kind: 'server', name: 'web1' }],
    ['web2', 'server ssh', { kind: 'server', name: 'web2' }],
    ['extra', 'server ssh', { kind: 'server', name: 'extra' }],
  ]);
  expect([gone?.description, gone?.icon.name]).toEqual(['No server matches "db-*": there are web1, web2', 'warning']);
});

test('serverRows() gives every row an id of its own', () => {
  const rows = serverRows([local, known('web1', { health: { at: 9, health: well } })], {
    ...deps,
    groups: { web: ['web*'], all: ['*'] },
  });
  const ids: string[] = [];
  const collect = (some: readonly (typeof rows)[number][]): void => {
    for (const row of some) {
      ids.push(row.id);
      collect(row.children ?? []);
    }
  };
  collect(rows);
  expect(new Set(ids).size).toBe(ids.length);
});

test('serverRows() shows what comes from a server on one line', () => {
  const [row] = serverRows([known('web1', { state: 'failed', problem: 'the server says "a\n\x1b[31mb"' })], deps);
  expect(row?.tooltip).toMatchObject({ facts: expect.arrayContaining([{ value: 'the server says "a b"' }]) });
});
