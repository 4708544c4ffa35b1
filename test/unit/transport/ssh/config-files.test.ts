import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  concreteHosts,
  configStamp,
  parseDirective,
  readUserConfig,
} from '../../../../src/transport/ssh/config-files.ts';

function home(
  files: Record<string, string>,
): { homeDir: string; write: (name: string, text: string) => void } & Disposable {
  const homeDir = mkdtempSync(join(tmpdir(), 'cronium-config-'));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(homeDir, name)), { recursive: true });
    writeFileSync(join(homeDir, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { homeDir, write, [Symbol.dispose]: () => rmSync(homeDir, { recursive: true }) };
}

test('concreteHosts() lists the names without wildcards, through Includes and once each', async () => {
  using place = home({
    '.ssh/config':
      'Include config.d/* ~/else "missing file"\nHost web db *.lan !no\n  HostName 10.0.0.1\nHost web\nMatch host x\n',
    '.ssh/config.d/b': 'host = later # not this\n',
    '.ssh/config.d/a': 'HOST "first one" \'q\'\nInclude ../config\n',
    else: 'Host elsewhere\n',
  });
  expect(concreteHosts(await readUserConfig(place))).toEqual(['web', 'db', 'first one', "'q'", 'later', 'elsewhere']);
});

test('readUserConfig() survives a circle and a missing home', async () => {
  using place = home({ '.ssh/config': 'Include config\nInclude ./config.d/../config\nHost a\n' });
  expect(concreteHosts(await readUserConfig(place))).toEqual(['a']);
  expect(await readUserConfig({ homeDir: '/nonexistent' })).toEqual([]);
});

test('configStamp() changes with every file, also one that appears', async () => {
  using place = home({ '.ssh/config': 'Include parts/*\n', '.ssh/parts/a': 'Host a\n' });
  const stamps = [await configStamp(place, 0)];
  expect(await configStamp(place, 0)).toBe(stamps[0]);
  place.write('.ssh/parts/b', 'Host b\n');
  stamps.push(await configStamp(place, 0));
  place.write('.ssh/parts/a', 'Host longer\n');
  stamps.push(await configStamp(place, 0));
  expect(new Set(stamps).size).toBe(3);
});

test('configStamp() changes with time where the configuration asks a program or the network, and only there', async () => {
  const check = async (config: string, changes: boolean) => {
    using place = home({ '.ssh/config': config });
    const [first, soon, later] = await Promise.all([0, 29_999, 30_000].map((now) => configStamp(place, now)));
    expect([soon === first, later === first]).toEqual([true, !changes]);
  };
  await check('Match host web !exec "test -e /tmp/vpn"\n', true);
  await check('Match localnetwork 10.0.0.0/8\n', true);
  await check('CanonicalizeHostname yes\n', true);
  await check('Host exec\nMatch host web\nCanonicalizeHostname no\n', false);
});

test('parseDirective() reads keyword, equals sign, quotes and comments', () => {
  const check = (line: string, expected: unknown) => expect(parseDirective(line)).toEqual(expected);
  check('  Host=a b', { keyword: 'host', values: ['a', 'b'] });
  check('Include "a b" c # d', { keyword: 'include', values: ['a b', 'c'] });
  check('# Host x', undefined);
  check('', undefined);
});
