import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Lab, outcomeOf, outputOf, startLab } from '../fixtures/lab.ts';
import { type Sshd, sshConfig } from '../fixtures/sshd.ts';
import { startShellServer } from '../fixtures/sshd-shell.ts';

const SCRIPT = '#!/bin/sh\necho "it runs: $(umask) $1"\n';

describe.each(['bash', 'dash', 'zsh', 'fish', 'tcsh', 'busybox'])('with %s as login shell', (shell) => {
  test('a cold run deploys and a warm one does not; both run the script', async () => {
    await using server = await startShellServer({ shell: `/usr/bin/${shell}` });
    await using lab = await labFor(server);
    const script = lab.script('it.sh', SCRIPT);
    for (const round of ['cold', 'warm']) {
      const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'shelly', '--', round);
      expect(stderr).toContain('success');
      expect([code, stdout]).toEqual([0, `shelly │ it runs: 0022 ${round}\n`]);
    }
    expect([server.connections(), server.sessions()]).toEqual([2, 2]);
    expect(readdirSync(join(server.stateHome, 'cronium/bin'))).toHaveLength(1);
  });
});

test('a .bashrc that prints, even something like our own words, does no harm', async () => {
  await using server = await startShellServer({ shell: '/bin/bash' });
  writeFileSync(
    join(server.home, '.bashrc'),
    'echo welcome; printf "CRN1 0000 hello\\nno end of line"; echo noise >&2\n',
  );
  await using lab = await labFor(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['shelly'], args: ['x'] });
  expect(outputOf(events, 'shelly')).toBe('it runs: 0022 x\n');
});

test('a .bashrc that reads our input is survived', async () => {
  await using server = await startShellServer({ shell: '/bin/bash' });
  writeFileSync(join(server.home, '.bashrc'), 'read -r -n 5 -t 1 x\n');
  await using lab = await labFor(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['shelly'], args: ['x'] });
  expect(outcomeOf(events, 'shelly')).toEqual({ kind: 'succeeded', exitCode: 0 });
});

test('exit 0 in .bashrc, ForceCommand and nologin are errors that quote what was said, never a success', async () => {
  const found: unknown[] = [];
  for (const options of [
    { shell: '/bin/bash', bashrc: 'echo maintenance tonight; exit 0\n' },
    { shell: '/bin/bash', config: ['ForceCommand /bin/echo forced'] },
    { shell: '/usr/sbin/nologin' },
  ]) {
    await using server = await startShellServer(options);
    if (options.bashrc) writeFileSync(join(server.home, '.bashrc'), options.bashrc);
    await using lab = await labFor(server);
    found.push(outcomeOf(await lab.run(lab.script('it.sh', SCRIPT), { on: ['shelly'] }), 'shelly'));
  }
  expect(found).toEqual([
    { kind: 'broken', code: 'boot/ended', message: expect.stringMatching(/exit code 0.*maintenance tonight/) },
    { kind: 'broken', code: 'boot/ended', message: expect.stringMatching(/exit code 0.*forced/) },
    { kind: 'broken', code: 'boot/ended', message: expect.stringMatching(/exit code 1.*not available/) },
  ]);
});

test('without sftp and with one session at most a server is a full citizen', async () => {
  await using lab = await startLab({
    sshd: { config: ['MaxSessions 1', 'Subsystem sftp /bin/false', 'DisableForwarding yes'] },
  });
  const script = lab.script('it.sh', SCRIPT);
  for (let round = 0; round < 3; round++) {
    expect(outcomeOf(await lab.run(script, { on: ['web1'] }), 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
  }
  expect([lab.servers[0]?.connections(), lab.servers[0]?.sessions()]).toEqual([1, 1]);
});

test('a home that cannot execute falls to the next place, and is found there again', async () => {
  await using server = await startShellServer({ shell: '/bin/sh', mounts: (home) => noexec(home) });
  await using lab = await labFor(server);
  const script = lab.script('it.sh', SCRIPT);
  for (const round of ['cold', 'warm']) {
    const { code, stdout } = await lab.cli('run', script, '--on', 'shelly', '--', round);
    expect([code, stdout]).toEqual([0, `shelly │ it runs: 0022 ${round}\n`]);
  }
  const bases = readdirSync('/var/tmp').filter((name) => name.startsWith('.cronium-2001-'));
  expect(bases).toHaveLength(1);
  rmSync(join('/var/tmp', bases[0] as string), { recursive: true });
});

test('a base that others may write into since it was made is left for the next place', async () => {
  await using server = await startShellServer({ shell: '/bin/sh' });
  await using lab = await labFor(server);
  const script = lab.script('it.sh', SCRIPT);
  for (const round of ['cold', 'changed', 'warm']) {
    const { code, stdout } = await lab.cli('run', script, '--on', 'shelly', '--', round);
    expect([code, stdout]).toEqual([0, `shelly │ it runs: 0022 ${round}\n`]);
    chmodSync(join(server.stateHome, 'cronium'), 0o777);
  }
  expect(readdirSync(join(server.home, '.cronium/bin'))).toHaveLength(1);
});

test('where nothing may execute, the error lists what was tried', async () => {
  const mounts = (): string[] => [...noexec('/tmp'), ...noexec('/var/tmp')];
  await using server = await startShellServer({ shell: '/bin/sh', mounts });
  await using lab = await labFor(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['shelly'] });
  expect(outcomeOf(events, 'shelly')).toEqual({
    kind: 'broken',
    code: 'boot/base',
    message: expect.stringMatching(/cronium, .*\/\.cronium, .*\/var\/tmp\/\.cronium-2001-.*, \/tmp\/\.cronium-2001-/),
  });
});

test('busybox applets alone are enough', async () => {
  await using lab = await startLab({ servers: 0 });
  const applets = join(lab.folder, 'applets');
  mkdirSync(applets);
  for (const name of [
    'sh',
    'id',
    'uname',
    'ls',
    'mkdir',
    'chmod',
    'rm',
    'rmdir',
    'mv',
    'head',
    'gzip',
    'sha256sum',
    'wc',
    'df',
    'cat',
    'sleep',
  ]) {
    symlinkSync('/bin/busybox', join(applets, name));
  }
  await using bare = await startLab({ sshd: { env: { PATH: applets } } });
  const events = await bare.run(bare.script('it.sh', '#!/bin/sh\necho "$PATH"\n'), { on: ['web1'] });
  expect(outputOf(events, 'web1')).toContain(applets);
});

test('an unknown platform is refused before anything is uploaded', async () => {
  await using lab = await startLab({ servers: 0 });
  const fake = join(lab.folder, 'fake');
  mkdirSync(fake);
  writeFileSync(join(fake, 'uname'), '#!/bin/sh\necho Linux mips\n', { mode: 0o755 });
  await using other = await startLab({ sshd: { env: { PATH: `${fake}:/usr/bin:/bin` } } });
  const events = await other.run(other.script('it.sh', SCRIPT), { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toEqual({
    kind: 'broken',
    code: 'boot/platform',
    message: 'Cannot run on "web1": there is no runner for its platform "Linux mips"; nothing was uploaded',
  });
  expect(readdirSync(other.servers[0]?.home as string)).toEqual([]);
});

/** The commands that make a folder one in which nothing can be executed; what is in it stays. */
function noexec(folder: string): string[] {
  return [`mount --bind ${folder} ${folder}`, `mount -o remount,bind,noexec ${folder}`];
}

/** A client for one server, called `shelly`. */
async function labFor(server: Sshd): Promise<Lab> {
  const lab = await startLab({ servers: 0 });
  sshConfig(lab.folder, [{ alias: 'shelly', server }]);
  return lab;
}
