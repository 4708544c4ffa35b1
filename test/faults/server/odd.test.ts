import { expect } from 'vitest';
import { outcomeOf, outputOf } from '../../fixtures/lab.ts';
import { type ShellServerOptions, startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';

const RAN = { kind: 'succeeded', exitCode: 0 };

/** A run on such a server: its outcome, what it said and what was noted. */
async function runOn(options: Omit<ShellServerOptions, 'shell'>, script = '#!/bin/sh\necho it runs\n') {
  await using server = await startShellServer({ shell: '/bin/sh', ...options });
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', script), { on: ['web1'] });
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  return { outcome: outcomeOf(events, 'web1'), said: outputOf(events, 'web1'), notes: notes.join('\n') };
}

fault('F34', 'a server that ends everything at logout is warned of, and only such a one', async () => {
  const conf = 'mkdir -p /etc/systemd && printf "[Login]\\nKillUserProcesses=yes\\n" > /etc/systemd/logind.conf';
  const warned = await runOn({ mounts: () => [conf], env: { XDG_SESSION_ID: 'c1' } });
  expect(warned).toMatchObject({ outcome: RAN, notes: expect.stringContaining('only while the connection lasts') });
  // Without a session of logind's nobody ends anything.
  expect(await runOn({ mounts: () => [conf] })).toMatchObject({ outcome: RAN, notes: '' });
  expect(await runOn({ env: { XDG_SESSION_ID: 'c1' } })).toMatchObject({ outcome: RAN, notes: '' });
});

fault('F37', 'a platform without a runner is told before anything is uploaded', async () => {
  for (const words of ['Linux mips', 'SunOS sun4v', 'Linux x86_64_v9', '']) {
    const fake = `printf '#!/bin/sh\\necho "${words}"\\n' > /run/uname`;
    const { outcome } = await runOn({
      mounts: () => [fake, 'chmod 755 /run/uname', 'mount --bind /run/uname /usr/bin/uname'],
    });
    expect(outcome).toMatchObject({
      kind: 'broken',
      code: 'boot/platform',
      message: expect.stringContaining(`no runner for its platform "${words}"; nothing was uploaded`),
    });
  }
});

fault('F37', 'a server that is not what it says executes nothing, and that is no success', async () => {
  const fake = `printf '#!/bin/sh\\necho "Linux aarch64"\\n' > /run/uname`;
  const { outcome, said } = await runOn({
    mounts: () => [fake, 'chmod 755 /run/uname', 'mount --bind /run/uname /usr/bin/uname'],
  });
  expect([said, (outcome as { kind?: string } | undefined)?.kind]).toEqual(['', 'broken']);
  expect(outcome).toMatchObject({ message: expect.stringMatching(/exec|format|syntax/i) });
});

fault('F38', 'tar, gzip, checksums, df, mktemp, stat and setsid are not needed', async () => {
  const missing = ['tar', 'gzip', 'sha256sum', 'shasum', 'df', 'mktemp', 'stat', 'setsid', 'base64', 'od', 'timeout'];
  const hide = missing.map((name) => `{ [ ! -e /usr/bin/${name} ] || mount --bind /run/none /usr/bin/${name}; }`);
  const found = await runOn(
    { mounts: () => [': > /run/none', 'chmod 0 /run/none', ...hide] },
    `#!/bin/sh\nfor each in ${missing.join(' ')}; do ! command -v $each || exit 1; done\necho it runs\n`,
  );
  expect(found).toMatchObject({ outcome: RAN, said: 'it runs\n' });
});
