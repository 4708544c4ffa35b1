import { expect } from 'vitest';
import { jsonLines, outcomeOf, outputOf } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';
import { processesWith, supervisorOf } from '../lab/processes.ts';
import { until } from '../lab/until.ts';

/** A server whose namespace has an empty /proc. Its processes can be seen from outside. */
function startWithoutProc(): Promise<Sshd> {
  return startShellServer({ shell: '/bin/sh', mounts: () => ['mount -t tmpfs tmpfs /proc'] });
}

/** Ends what a test that failed would leave behind. */
function ending(text: string): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      for (const [pid] of processesWith(text)) sendSignal(pid, 'SIGKILL');
    },
  };
}

fault('F36', 'a server without /proc runs a script to its end, cold and warm', async () => {
  await using server = await startWithoutProc();
  await using lab = await labOf(server);
  const script = lab.script(
    'it.sh',
    '#!/bin/sh\n[ ! -e /proc/self ] || exit 9\ncronium.output answer 42 || exit 8\necho it runs; exit 5\n',
  );
  for (const _round of ['cold', 'warm']) {
    const events = await lab.run(script, { on: ['web1'] });
    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 5 });
    expect(outputOf(events, 'web1')).toBe('it runs\n');
  }
  // What the system does not tell is left out.
  expect((await lab.cli('server', 'health', 'web1')).code).toBe(0);
});

fault('F36', 'without /proc a cancel ends the group of a script that does not listen', async () => {
  await using server = await startWithoutProc();
  await using lab = await labOf(server);
  const asleep = `sleep 4736.${process.pid}`;
  await using _left = ending(asleep);
  const script = lab.script('deaf.sh', `#!/bin/sh\ntrap '' TERM\necho begun\n${asleep} & ${asleep}\n`);
  const running = lab.start('run', script, '--on', 'web1', '--json');
  await running.saw('begun');
  await until(() => processesWith(asleep).length === 2);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(code).toBe(130);
  expect(jsonLines(stdout).find(({ type }) => type === 'settled')).toMatchObject({ outcome: { kind: 'cancelled' } });
  expect(processesWith(asleep)).toEqual([]);
});

fault('F36', 'without /proc what a script leaves behind is told, though not named', async () => {
  await using server = await startWithoutProc();
  await using lab = await labOf(server);
  const asleep = `sleep 4738.${process.pid}`;
  await using _left = ending(asleep);
  const events = await lab.run(
    lab.script('it.sh', `#!/bin/sh\n${asleep} >/dev/null 2>&1 </dev/null &\necho it runs\n`),
    { on: ['web1'] },
  );
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'note',
      message: 'The script has ended, and processes that it started go on; this server does not tell which',
    }),
  );
});

fault('F36', 'without /proc a lost job is not said to be lost by a reboot', async () => {
  await using server = await startWithoutProc();
  await using lab = await labOf(server);
  const asleep = `sleep 4737.${process.pid}`;
  await using _left = ending(asleep);
  const script = lab.script('long.sh', `#!/bin/sh\necho begun\nexec ${asleep}\n`);
  const running = lab.start('run', script, '--on', 'web1', '--json');
  await running.saw('begun');
  await until(() => processesWith(asleep).length === 1);
  sendSignal(supervisorOf(server.stateHome), 'SIGKILL');
  const { stdout } = await running.ended;
  expect(jsonLines(stdout).find(({ type }) => type === 'settled')).toMatchObject({
    outcome: { kind: 'lost', message: 'runner ended unexpectedly, or server rebooted; the log ends there' },
  });
});
