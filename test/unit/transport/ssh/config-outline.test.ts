import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAddress } from '../../../../src/transport/ssh/address.ts';
import { createSshConfig } from '../../../../src/transport/ssh/config.ts';
import { adaptDirectives, likeness, readOutline } from '../../../../src/transport/ssh/config-outline.ts';
import { parseSshG } from '../../../../src/transport/ssh/resolved-host.ts';

function configured(text: string, others: Record<string, string> = {}) {
  const homeDir = mkdtempSync(join(tmpdir(), 'cronium-outline-'));
  const sshConfigFile = join(homeDir, 'config');
  const fill = (content: string) => content.replaceAll('HERE', homeDir);
  writeFileSync(sshConfigFile, fill(text));
  for (const [name, content] of Object.entries(others)) writeFileSync(join(homeDir, name), fill(content));
  return { homeDir, sshConfigFile, [Symbol.dispose]: () => rmSync(homeDir, { recursive: true }) };
}

const sshG = (file: string, address: string) => {
  const { host, user, port } = parseAddress(address);
  const own = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
  return parseSshG(execFileSync('ssh', ['-G', '-F', file, ...own, '--', host], { stdio: 'pipe' }).toString());
};

const FLEET = `Include HERE/more
Host web-*
  User deploy
  # all of them
  IdentityFile HERE/key
Host web-1
  HostName 10.0.0.1
  Port 2201
Host web-2
  HostName=10.0.0.2
  Port = 2202
Host !web-3 web-3 db
  HostName never.example
Host db
  HostKeyAlias db-of-old
  ProxyJump bastion
Host *
  ConnectTimeout 7
  IdentityFile HERE/other
  User late
`;
const MORE = { more: 'ServerAliveInterval 5\nHost web-4\n  Compression yes\n' };
const ADDRESSES = [
  'web-1',
  'web-2',
  'web-3',
  'web-4',
  'web-5',
  'db',
  'other',
  'me@web-1',
  'web-1:99',
  'bastion',
  '10.0.0.9',
];

test('likeness() knows what ssh says of a server from what it says of one like it', async () => {
  using place = configured(FLEET, MORE);
  const outline = await readOutline(place);
  if (outline === undefined) throw new Error('It is simple');
  const groups = new Map<string, string[]>();
  for (const address of ADDRESSES) {
    const alike = likeness(outline, parseAddress(address));
    if (alike === undefined) continue;
    groups.set(alike.key, [...(groups.get(alike.key) ?? []), address]);
  }
  expect([...groups.values()]).toEqual([
    ['web-1', 'web-2', 'me@web-1', 'web-1:99'],
    ['web-3', 'web-5'],
    ['web-4'],
    ['db'],
    ['other', 'bastion', '10.0.0.9'],
  ]);
  for (const [sample = '', ...rest] of groups.values()) {
    const said = sshG(place.sshConfigFile, sample);
    for (const address of rest) {
      const alike = likeness(outline, parseAddress(address));
      if (alike === undefined) throw new Error('It is alike');
      expect([...adaptDirectives(said, alike)].sort()).toEqual([...sshG(place.sshConfigFile, address)].sort());
    }
  }
});

test('readOutline() and likeness() leave to ssh what they cannot prove', async () => {
  const texts = [
    'Match host web\n  User x\n',
    'CanonicalizeHostname yes\n',
    'Host a\n  Include HERE/more\n',
    'Host "a b"\n  User x\n',
    'Include "HERE/more"\n',
    '???\n',
  ];
  for (const text of texts) {
    using place = configured(text, MORE);
    expect([text, await readOutline(place)]).toEqual([text, undefined]);
  }
  using place = configured(
    'Host a\n  HostName %h.lan\nHost b\n  IdentityFile ~/%n\nHost c\n  User "x y"\nHost d\n  ProxyJump d\n',
  );
  const outline = await readOutline(place);
  if (outline === undefined) throw new Error('It is simple');
  for (const name of ['a', 'b', 'c', 'd', 'UPPER', '::1', 'é']) {
    expect([name, likeness(outline, parseAddress(name))]).toEqual([name, undefined]);
  }
  expect(likeness(outline, { host: 'e' })).toBeDefined();
});

test('createSshConfig() asks ssh once for a thousand servers that are alike, and anew when a file has changed', async () => {
  const hosts = Array.from(
    { length: 1000 },
    (_, index) => `Host n${index}\n  HostName 10.0.${index % 250}.${index % 199}\n`,
  );
  using place = configured(`${hosts.join('')}Host *\n  User deploy\n`);
  const calls = join(place.homeDir, 'calls');
  const ssh = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim();
  writeFileSync(join(place.homeDir, 'ssh'), `#!/bin/sh\necho "$@" >>${calls}\nexec ${ssh} "$@"\n`);
  chmodSync(join(place.homeDir, 'ssh'), 0o755);
  const config = createSshConfig({ ...place, env: { PATH: `${place.homeDir}:${process.env.PATH}` } });
  const { signal } = new AbortController();
  const resolved = await Promise.all(hosts.map((_, index) => config.resolve(`n${index}`, { signal })));
  expect(resolved.map(({ hostname, user, name }) => `${name} ${user}@${hostname}`)).toEqual(
    hosts.map((_, index) => `n${index} deploy@10.0.${index % 250}.${index % 199}`),
  );
  expect(readFileSync(calls, 'utf8').trim().split('\n')).toHaveLength(1);
  appendFileSync(place.sshConfigFile, '  Port 2222\n');
  await expect.poll(async () => (await config.resolve('n7', { signal })).port).toBe(2222);
  expect(existsSync(calls)).toBe(true);
});
