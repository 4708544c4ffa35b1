import { expect, test } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { isServerName, selectServers } from '../../../src/domain/selection.ts';
import { LOCAL, type Server } from '../../../src/domain/server.ts';

function ssh(name: string, ...tags: string[]): Server {
  return { name, kind: 'ssh', address: name, tags };
}

const CATALOG = [
  LOCAL,
  ssh('web-1', 'web', 'canary'),
  ssh('web-2', 'web'),
  ssh('web-10', 'web'),
  ssh('db1', 'db'),
  ssh('db2', 'db'),
];

const GROUPS = {
  production: ['web-*', '@db', '!web-10'],
  empty: [],
  loop: ['@pool'],
  pool: ['web-1', '@loop'],
  ghosts: ['ghost-*'],
};

function check(selectors: readonly string[], expected: readonly string[]): void {
  expect(selectServers(selectors, CATALOG, GROUPS).map((server) => server.name)).toEqual(expected);
}

function checkError(selectors: readonly string[], code: string, message: string): void {
  try {
    selectServers(selectors, CATALOG, GROUPS);
  } catch (error) {
    expect(error).toBeInstanceOf(CroniumError);
    expect(error).toMatchObject({ code, message });
    return;
  }
  expect.unreachable(`${selectors.join()} was accepted`);
}

test('selectServers() keeps the order of the first mention and doubles nothing', () => {
  check(['db2', 'web-1', 'db2', 'db*'], ['db2', 'web-1', 'db1']);
  check(['web-2,db1', ' web-1 , db1 '], ['web-2', 'db1', 'web-1']);
});

test('selectServers() knows wildcards, and none of them selects this machine', () => {
  check(['web-*'], ['web-1', 'web-2', 'web-10']);
  check(['web-?'], ['web-1', 'web-2']);
  check(['*'], ['web-1', 'web-2', 'web-10', 'db1', 'db2']);
  check(['***b*-*1'], ['web-1']);
  check(['local', 'db1'], ['local', 'db1']);
});

test('selectServers() knows tags and groups', () => {
  check(['@db'], ['db1', 'db2']);
  check(['@production'], ['web-1', 'web-2', 'db1', 'db2']);
});

test('selectServers() leaves out what is excluded, wherever that stands', () => {
  check(['!web-2', 'web-*'], ['web-1', 'web-10']);
  check(['@production', '!@canary'], ['web-2', 'db1', 'db2']);
  check(['*', '!@production'], ['web-10']);
  check(['web-*,!web-1*'], ['web-2']);
  check(['web-1', '!nothing', '!no-*', '!@no', '!@ghosts', '!@empty'], ['web-1']);
});

test('selectServers() takes a name that it does not know as an SSH address', () => {
  expect(selectServers(['deploy@10.0.0.1:2222'], CATALOG, {})).toEqual([ssh('deploy@10.0.0.1:2222')]);
  expect(selectServers(['local'], [], {})).toEqual([LOCAL]);
});

test('selectServers() names what is wrong, and what there is', () => {
  checkError([], 'server/none', 'Cannot select servers: none is named');
  checkError([' , '], 'server/none', 'Cannot select servers: none is named');
  checkError(['web-1', '!web-*'], 'server/none', 'Cannot select servers by "web-1, !web-*": every match is excluded');
  checkError(
    ['!web-1'],
    'server/selector',
    'Cannot select servers by "!web-1": exclusions alone select nothing; name what they are taken from, such as "*"',
  );
  checkError(['app-*'], 'server/unknown', 'No server matches "app-*": there are web-1, web-2, web-10, db1, db2');
  checkError(
    ['@stagin'],
    'server/unknown',
    'No tag or group is called "@stagin": there are @web, @canary, @db, @production, @empty, @loop, @pool, @ghosts',
  );
  checkError(['@constructor'], 'server/unknown', expect.stringContaining('No tag or group') as unknown as string);
  checkError(['@loop'], 'server/group', 'Cannot open the group "@loop": it contains itself (@loop → @pool → @loop)');
});

test.each(['-oProxyCommand=x', 'root@-x', 'a b', 'a;b', '$(x)', '@', 'a\nb', 'x@', "a'b"])(
  'selectServers() refuses %j',
  (selector) => {
    expect(() => selectServers(['web-1', selector], CATALOG, {})).toThrow(CroniumError);
  },
);

test('selectServers() ends soon whatever the wildcards', () => {
  const name = 'a'.repeat(5_000);
  expect(() => selectServers([`${'*a'.repeat(500)}b`], [ssh(name)], {})).toThrow(/No server matches/);
});

test.each<[string, boolean]>([
  ['web-1.example.com', true],
  ['deploy@[::1]:22', true],
  ['größe', true],
  ['', false],
  ['-x', false],
  ['@x', false],
  ['a,b', false],
  ['a*', false],
])('isServerName(%j) is %j', (text, expected) => {
  expect(isServerName(text)).toBe(expected);
});
