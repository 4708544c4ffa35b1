import { expect, test } from 'vitest';
import { type Configuration, readConfiguration, readSettingsServers } from '../../../src/workspace/configuration.ts';

const EMPTY: Configuration = { servers: [], groups: {} };

function check(text: string, configuration: Partial<Configuration>, problems: readonly string[] = []): void {
  const read = readConfiguration('/home/ann/.config/cronium/config.yaml', text);
  expect({
    configuration: read.configuration,
    problems: read.problems.map((each) => `${each.line}:${each.column}-${each.endColumn} ${each.message}`),
  }).toEqual({ configuration: { ...EMPTY, ...configuration }, problems });
}

test('readConfiguration() reads servers, groups and the data directory', () => {
  check(
    `dataDir: ~/cronium
servers:
  web-1: { host: deploy@10.0.0.1:2222, tags: [web, production] }
  web-2:
    tags: web
  db: deploy@db.example.com
  backup:
  vault: {protected: true}
  lab: {protected: false}
groups:
  all: [web-*, db]
  one: web-1
`,
    {
      dataDir: '~/cronium',
      servers: [
        { name: 'web-1', kind: 'ssh', address: 'deploy@10.0.0.1:2222', tags: ['web', 'production'] },
        { name: 'web-2', kind: 'ssh', address: 'web-2', tags: ['web'] },
        { name: 'db', kind: 'ssh', address: 'deploy@db.example.com', tags: [] },
        { name: 'backup', kind: 'ssh', address: 'backup', tags: [] },
        { name: 'vault', kind: 'ssh', address: 'vault', tags: [], isProtected: true },
        { name: 'lab', kind: 'ssh', address: 'lab', tags: [] },
      ],
      groups: { all: ['web-*', 'db'], one: ['web-1'] },
    },
  );
});

test('readConfiguration() is empty for an empty file', () => {
  check('', {});
  check('# nothing yet\n', {});
  check('\ufeff', {});
});

test('readConfiguration() keeps what can be used and names the rest at its place', () => {
  check(
    `servers:
  local: x
  -bad: x
  good: {hosts: y}
  other: -oProxyCommand=x
group: {}
`,
    { servers: [{ name: 'good', kind: 'ssh', address: 'good', tags: [] }] },
    [
      '2:3-8 "local" is this machine and needs no entry: choose another name',
      '3:3-7 The name of a server must be a word without blanks, quotes and wildcards: found "-bad"',
      '4:10-15 Unknown key "hosts"; did you mean "host"?',
      '5:10-26 "other" must be an SSH alias or an address such as deploy@web1.example.com:22: found "-oProxyCommand=x"',
      '6:1-6 Unknown key "group"; did you mean "groups"?',
    ],
  );
  check('- a\n', {}, ['1:1-4 The configuration must be a map of dataDir, servers, groups: found a list']);
  check('servers:\n\tweb: x\n', {}, ['2:1-2 YAML is indented with spaces: found a tab']);
  check('a: b\n---\nc: d\n', {}, [
    '4:1-1 One YAML document is expected: there is another one after "---"',
    '1:1-2 Unknown key "a"; there are dataDir, servers, groups',
  ]);
});

test('readSettingsServers() reads what the settings have, in the shape of the file', () => {
  const servers = {
    'web-1': { host: 'deploy@10.0.0.1', tags: ['web'], protected: true },
    db: 'db.example.com',
    backup: null,
  };
  expect(readSettingsServers(servers, { all: ['web-*', 'db'], one: 'db' })).toEqual({
    servers: [
      { name: 'web-1', kind: 'ssh', address: 'deploy@10.0.0.1', tags: ['web'], isProtected: true },
      { name: 'db', kind: 'ssh', address: 'db.example.com', tags: [] },
      { name: 'backup', kind: 'ssh', address: 'backup', tags: [] },
    ],
    groups: { all: ['web-*', 'db'], one: ['db'] },
    problems: [],
  });
  expect(readSettingsServers(undefined, undefined)).toEqual({ servers: [], groups: {}, problems: [] });
});

test('readSettingsServers() names the path of what cannot be used', () => {
  const servers = {
    web1: { host: 5.5, hosts: 'x' },
    web2: { host: ['a'], protected: 'yes' },
    local: {},
    db: { tags: ['a b'] },
  };
  const read = readSettingsServers(servers, ['all']);
  expect(read.problems).toEqual([
    { message: 'cronium.servers → web1 → hosts: Unknown key "hosts"; did you mean "host"?', suggestion: 'host' },
    {
      message:
        'cronium.servers → web2 → host: "host" must be an SSH alias or an address such as deploy@web1.example.com:22: found a list',
    },
    {
      message: 'cronium.servers → web2 → protected: "protected" must be true or false: found "yes"',
      suggestion: 'true',
    },
    { message: 'cronium.servers → local: "local" is this machine and needs no entry: choose another name' },
    {
      message:
        'cronium.servers → db → tags → 1: An item of "tags" must be a word without blanks, quotes and wildcards: found "a b"',
    },
    { message: 'cronium.groups: The setting must be a map of names to lists of selectors: found a list' },
  ]);
  expect(read.servers.map(({ name }) => name)).toEqual(['web1', 'web2', 'db']);
});
