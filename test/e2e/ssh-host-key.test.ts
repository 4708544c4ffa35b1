import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HostKeyChangedError } from '../../src/domain/errors.ts';
import type { HostKeyQuestion } from '../../src/transport/transport.ts';
import { knownName, publicKey, type Sshd, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

/** The fingerprint of a key, as OpenSSH computes it. */
function fingerprintOf(keyFile: string): string {
  return execFileSync('ssh-keygen', ['-lf', keyFile]).toString().split(' ')[1] ?? '';
}

/** The picture of a key, as OpenSSH draws it. */
function randomartOf(keyFile: string): string {
  return execFileSync('ssh-keygen', ['-lvf', keyFile]).toString().trimEnd().split('\n').slice(1).join('\n');
}

/** A configuration for `server` with just this text as known_hosts, and the path of that file. */
function configWith(
  server: Sshd,
  known: string,
  lines: readonly string[] = [],
): { config: string; knownHosts: string } {
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines }]);
  const knownHosts = join(server.folder, 'known_hosts');
  writeFileSync(knownHosts, known);
  return { config, knownHosts };
}

const nameOf = (server: Sshd) => knownName(server.address, server.port);

test('an unknown host is refused before any credential, with what to do', async () => {
  await using server = await startSshd();
  await using client = connectTo(configWith(server, '').config);
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/hostkey-unknown',
    message: `Cannot connect to "web" (127.0.0.1 port ${server.port}): its ssh-ed25519 host key ${fingerprintOf(testKey('host'))} is unknown, it is not in "${join(server.folder, 'known_hosts')}"; connect once with "ssh web" and accept it there, or set "StrictHostKeyChecking accept-new" for this host`,
  });
  expect(server.log()).not.toMatch(/publickey|Accepted|Failed/);
});

test('an unknown host is asked about once, however many connections wait, and written down', async () => {
  await using server = await startSshd();
  const { config, knownHosts } = configWith(server, '# no end of line');
  const questions: HostKeyQuestion[] = [];
  const prompts = {
    confirmHostKey: async (question: HostKeyQuestion) => {
      questions.push(question);
      return true;
    },
  };
  await using client = connectTo(config, { prompts });
  // Two users are two connections.
  const outputs = await Promise.all(
    ['web', `web:${server.port}`, 'root@web'].map(
      async (address) => (await read(await client.open(address, 'echo in'))).stdout,
    ),
  );
  await using second = connectTo(config);
  expect((await read(await second.open('web', 'echo in'))).stdout).toBe('in\n');
  expect(outputs).toEqual(['in\n', 'in\n', 'in\n']);
  expect(questions).toEqual([
    {
      server: expect.stringMatching(/web/),
      host: nameOf(server),
      keyType: 'ssh-ed25519',
      fingerprint: fingerprintOf(testKey('host')),
      randomart: randomartOf(testKey('host')),
      file: knownHosts,
      knownTypes: [],
    },
  ]);
  expect(readFileSync(knownHosts, 'utf8')).toBe(`# no end of line\n${server.knownHosts}`);
});

test('an unknown host that the person does not accept is refused and not written down', async () => {
  await using server = await startSshd();
  const { config, knownHosts } = configWith(server, '');
  await using client = connectTo(config, { prompts: { confirmHostKey: async () => false } });
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/hostkey-unknown',
    message: expect.stringContaining('was not accepted'),
  });
  expect(readFileSync(knownHosts, 'utf8')).toBe('');
});

test('accept-new adds an unknown host, hashed if so configured, in a private file', async () => {
  await using server = await startSshd();
  const knownHosts = join(server.folder, 'new', 'known_hosts');
  const lines = ['StrictHostKeyChecking accept-new', 'HashKnownHosts yes', `UserKnownHostsFile ${knownHosts}`];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
  expect((await read(await client.open('web', 'echo in'))).stdout).toBe('in\n');
  expect(readFileSync(knownHosts, 'utf8')).toMatch(/^\|1\|\S+\|\S+ ssh-ed25519 \S+\n$/);
  expect([statSync(knownHosts).mode & 0o777, statSync(join(server.folder, 'new')).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
  // OpenSSH finds it, and so do we.
  expect(execFileSync('ssh-keygen', ['-F', nameOf(server), '-f', knownHosts]).toString()).toContain('found: line 1');
  await using again = connectTo(
    sshConfig(server.folder, [{ alias: 'web', server, lines: [...lines.slice(1), 'StrictHostKeyChecking yes'] }]),
  );
  expect((await read(await again.open('web', 'echo in'))).stdout).toBe('in\n');
  expect(readFileSync(knownHosts, 'utf8').split('\n')).toHaveLength(2);
});

test('accept-new does not take a key of another type for a host that is known', async () => {
  await using server = await startSshd();
  const other = publicKey(testKey('host-ecdsa', { type: 'ecdsa' }));
  const { config } = configWith(server, `${nameOf(server)} ${other}\n`, ['StrictHostKeyChecking accept-new']);
  await using client = connectTo(config);
  await expect(client.open('web', 'true')).rejects.toMatchObject({ code: 'connect/hostkey-unknown' });
  const told: (readonly string[])[] = [];
  const confirmHostKey = async ({ knownTypes }: HostKeyQuestion) => told.push(knownTypes) > 1;
  await using asking = connectTo(config, { prompts: { confirmHostKey } });
  await expect(asking.open('web', 'true')).rejects.toMatchObject({ code: 'connect/hostkey-unknown' });
  expect(told).toEqual([['ecdsa-sha2-nistp256']]);
});

test('a changed key is refused with both fingerprints, file and line, whatever the configuration says', async () => {
  await using server = await startSshd();
  const other = testKey('host-other');
  const { config, knownHosts } = configWith(server, `# one\n${nameOf(server)} ${publicKey(other)}\n`, [
    'StrictHostKeyChecking no',
  ]);
  let isAsked = false;
  const confirmHostKey = async () => {
    isAsked = true;
    return true;
  };
  await using client = connectTo(config, { prompts: { confirmHostKey } });
  const remedy = `ssh-keygen -f "${knownHosts}" -R "${nameOf(server)}"`;
  const error: unknown = await client.open('web', 'true').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HostKeyChangedError);
  expect(error).toMatchObject({ code: 'connect/hostkey-changed', file: knownHosts, line: 2, remedy });
  expect(String(error)).toContain(
    `it shows ${fingerprintOf(testKey('host'))} but line 2 of "${knownHosts}" has ${fingerprintOf(other)}; ` +
      `if the server was really set up anew, remove the old key with ${remedy} and connect again`,
  );
  expect(isAsked).toBe(false);
  expect(server.log()).not.toMatch(/publickey|Accepted|Failed/);
  // What it advises helps.
  execFileSync('sh', ['-c', remedy], { stdio: 'ignore' });
  await using again = connectTo(config);
  expect((await read(await again.open('web', 'echo in'))).stdout).toBe('in\n');
});

test('a revoked key is refused', async () => {
  await using server = await startSshd();
  const { config } = configWith(server, `${server.knownHosts}@revoked * ${publicKey(testKey('host'))}\n`);
  await using client = connectTo(config);
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/hostkey-revoked',
    message: expect.stringContaining('is revoked by line 2 of'),
  });
});

test('hashed names, HostKeyAlias and a name without the port are found', async () => {
  await using server = await startSshd();
  const key = publicKey(testKey('host'));
  const check = async (known: string, lines: readonly string[] = []) => {
    const { config, knownHosts } = configWith(server, known, ['StrictHostKeyChecking yes', ...lines]);
    if (lines.includes('# hash')) execFileSync('ssh-keygen', ['-q', '-H', '-f', knownHosts], { stdio: 'ignore' });
    await using client = connectTo(config);
    expect((await read(await client.open('web', 'echo in'))).stdout).toBe('in\n');
  };
  await check(server.knownHosts, ['# hash']);
  await check(`the-name ${key}\n`, ['HostKeyAlias the-name']);
  await check(`127.0.0.1 ${key}\n`);
  await check(`\r\n!nobody,*.0.0.1 ${key}\r\n`);
});

test('the type of key that is known is asked for first', async () => {
  const keys = [testKey('host'), testKey('host-rsa', { type: 'rsa' }), testKey('host-ecdsa', { type: 'ecdsa' })];
  await using server = await startSshd({ hostKeys: keys });
  for (const key of keys) {
    const { config } = configWith(server, `${nameOf(server)} ${publicKey(key)}\n`);
    await using client = connectTo(config);
    expect((await read(await client.open('web', 'echo in'))).stdout).toBe('in\n');
  }
});

test('known hosts that cannot be read are no empty list', async () => {
  await using server = await startSshd();
  const folder = join(server.folder, 'a-folder');
  mkdirSync(folder);
  const lines = [`UserKnownHostsFile ${folder}`, 'StrictHostKeyChecking no'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/config',
    message: expect.stringContaining(`Cannot read the known hosts in "${folder}"`),
  });
});
