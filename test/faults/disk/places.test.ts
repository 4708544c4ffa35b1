import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { outcomeOf, outputOf } from '../../fixtures/lab.ts';
import { type ShellServerOptions, startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';
import { inside, noexec } from '../lab/disk.ts';

const HELLO = '#!/bin/sh\necho it runs\n';
const owned = (folder: string): string => `mount -t tmpfs -o mode=700,uid=2001,gid=2001 tmpfs ${folder}`;
const OWN_VAR_TMP = 'mount -t tmpfs -o mode=1777 tmpfs /var/tmp';

/** Two runs, cold and warm, on such a server; where its bases are then. */
async function checkPlace(options: Omit<ShellServerOptions, 'shell'> & { shell?: string }): Promise<readonly string[]> {
  await using server = await startShellServer({ shell: '/bin/bash', ...options });
  await using lab = await labOf(server);
  const script = lab.script('it.sh', HELLO);
  for (const round of ['cold', 'warm']) {
    const { code, stdout, stderr } = await lab.cli('--verbose', 'run', script, '--on', 'web1');
    expect([code, stdout], stderr).toEqual([0, 'web1 │ it runs\n']);
    if (round === 'warm') expect(stderr).not.toContain('deploying');
  }
  const places = [join(server.home, '.local/state/cronium'), join(server.home, '.cronium')];
  const others = readdirSync(inside(server, '/var/tmp')).map((name) => join('/var/tmp', name));
  return [...places, ...others].filter((place) => existsSync(inside(server, join(place, 'bin'))));
}

fault('F44', 'a home that executes nothing: the next place is taken, and found again', async () => {
  const [base, ...more] = await checkPlace({ mounts: (home) => [OWN_VAR_TMP, ...noexec(home)] });
  expect(base).toMatch(/^\/var\/tmp\/\.cronium-2001-[0-9a-f]{32}$/);
  expect(more).toEqual([]);
});

fault('F44', 'noexec everywhere is told with the list of what was tried, and leaves nothing', async () => {
  await using server = await startShellServer({
    shell: '/bin/sh',
    mounts: () => [OWN_VAR_TMP, 'mount -o remount,noexec /var/tmp', ...noexec('/tmp')],
  });
  await using lab = await labOf(server);
  const outcome = outcomeOf(await lab.run(lab.script('it.sh', HELLO), { on: ['web1'] }), 'web1');
  const tried = /cronium, .*\/\.cronium, .*\/var\/tmp\/\.cronium-2001-.*, \/tmp\/\.cronium-2001-/;
  expect(outcome).toEqual({ kind: 'broken', code: 'boot/base', message: expect.stringMatching(tried) });
  expect(readdirSync(inside(server, '/var/tmp'))).toEqual([]);
});

fault('F45', 'a read-only home, and one that is not there: the next place is taken', async () => {
  const readOnly = await checkPlace({
    mounts: (home) => [OWN_VAR_TMP, `mount --bind ${home} ${home}`, `mount -o remount,bind,ro ${home}`],
  });
  expect(readOnly).toEqual([expect.stringMatching(/^\/var\/tmp\/\.cronium-2001-/)]);
  const missing = await checkPlace({
    env: { HOME: '/nowhere' },
    stateHome: '/nowhere/state',
    mounts: () => [OWN_VAR_TMP],
  });
  expect(missing).toEqual([expect.stringMatching(/^\/var\/tmp\/\.cronium-2001-/)]);
});

fault('F45', 'a home that hangs is given up with a sentence, and other servers do not wait for it', async () => {
  // A pipe that nobody writes to hangs whoever opens it, as a file of a dead NFS server does.
  await using hanging = await startShellServer({ shell: '/bin/bash' });
  execFileSync('mkfifo', [join(hanging.home, '.bashrc')]);
  execFileSync('chown', ['2001', join(hanging.home, '.bashrc')]);
  await using well = await startShellServer({ shell: '/bin/bash' });
  await using lab = await labOf(hanging, well);
  const began = performance.now();
  let wellAfter = 0;
  const events = await lab.run(lab.script('it.sh', HELLO), {
    on: ['web1', 'web2'],
    onEvent: (event) => {
      if (event.type === 'settled' && event.server === 'web2') wellAfter = performance.now() - began;
    },
  });
  // Lets those go who wait at the pipe.
  closeSync(openSync(join(hanging.home, '.bashrc'), 'r+'));
  expect(outputOf(events, 'web2')).toBe('it runs\n');
  expect(wellAfter).toBeLessThan(15_000);
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  expect(notes.join('\n')).toContain('"web1": its login shell did not start it: no answer in 20 s');
});

fault('F46', 'umask 000, default ACLs, setgid folders: everything of ours is for its owner alone', async () => {
  await using server = await startShellServer({ shell: '/bin/bash', mounts: (home) => [owned(home)] });
  const home = inside(server, server.home);
  writeFileSync(join(home, '.bashrc'), 'umask 000\n');
  mkdirSync(join(home, '.local/state'), { recursive: true });
  execFileSync('sh', [
    '-c',
    `chown -R 2001:2001 "$0/.local" "$0/.bashrc"; chmod 2777 "$0/.local" "$0/.local/state"`,
    home,
  ]);
  await using lab = await labOf(server);
  const script = lab.script('it.sh', '#!/bin/sh\numask\n: > made\nls -l made | cut -c1-10\n');
  const events = await lab.run(script, { on: ['web1'] });
  // The script has what its session has.
  expect(outputOf(events, 'web1')).toBe('0000\n-rw-rw-rw-\n');
  const base = join(home, '.local/state/cronium');
  const open = readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('/work'))
    .filter((name) => (statSync(join(base, name)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
  expect(statSync(base).mode & 0o7777 & 0o777).toBe(0o700);
});

fault('F46', 'a base that others may use is passed over', async () => {
  const bases = await checkPlace({
    mounts: (home) => [
      OWN_VAR_TMP,
      owned(home),
      `mkdir -p ${home}/.local/state/cronium`,
      `chmod 777 ${home}/.local/state/cronium`,
      `chown -R 2001 ${home}/.local`,
    ],
  });
  expect(bases).toEqual([expect.stringMatching(/\/\.cronium$/)]);
});

fault('F46', 'a user id without a name is a user like any other', async () => {
  // sshd itself needs a name; the script of the login shell runs under an id that has none.
  const shell = '/run/nameless';
  const text = '#!/bin/sh\\nexec setpriv --reuid 4711 --regid 4711 --clear-groups /bin/sh "$@"\\n';
  await using server = await startShellServer({
    shell,
    mounts: (home) => [
      `printf '${text}' > ${shell}`,
      `chmod 755 ${shell}`,
      'cp /usr/bin/setpriv /run/setpriv',
      `chmod 4755 /run/setpriv`,
      `sed -i s,setpriv,/run/setpriv, ${shell}`,
      `mount -t tmpfs -o mode=700,uid=4711,gid=4711 tmpfs ${home}`,
    ],
  });
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', '#!/bin/sh\nid -u\n'), {
    on: ['web1'],
  });
  expect(outputOf(events, 'web1')).toBe('4711\n');
});
