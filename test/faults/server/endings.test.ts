import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { jsonLines, outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { sshConfig } from '../../fixtures/sshd.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { startBoxed } from '../lab/box.ts';
import { checkRun } from '../lab/check.ts';
import { linesTo, startGated } from '../lab/gate.ts';
import { processesWith, supervisorOf } from '../lab/processes.ts';

fault('F23', 'a server that reboots in mid-run loses the job and says so; nothing runs twice', async () => {
  await using lab = await startLab({ servers: 0 });
  const home = join(lab.folder, 'server-home');
  mkdirSync(home);
  const before = await startBoxed({ home });
  sshConfig(lab.folder, [{ alias: 'web1', server: before }]);
  const running = startGated(lab, { server: before });
  await running.atGate();
  await before[Symbol.asyncDispose]();
  await using after = await startBoxed({ home, port: before.port });
  running.openGate();
  const { code, stdout } = await running.ended;
  const events = jsonLines(stdout);
  expect(events.find(({ type }) => type === 'settled')).toMatchObject({
    outcome: { kind: 'lost', message: 'server rebooted; the log ends there' },
  });
  expect(code).toBe(125);
  const lines = events.filter(({ type }) => type === 'output').map(({ text }) => text);
  expect(lines.join('')).toBe(linesTo(20));
  expect(running.said()).toEqual({ starts: 1, text: linesTo(20) });
  // Who looks again gets the same answer, and still nothing has run twice.
  await checkRun(lab, { sshd: after, truth: running.truth, outcome: { kind: 'lost' } });
});

fault('F23', 'servers that share a home judge their own jobs only', async () => {
  await using lab = await startLab({ servers: 0 });
  const home = join(lab.folder, 'server-home');
  mkdirSync(home);
  await using one = await startBoxed({ home, machineId: '1'.repeat(32) });
  await using two = await startBoxed({ home, machineId: '2'.repeat(32) });
  sshConfig(lab.folder, [
    { alias: 'web1', server: one },
    { alias: 'web2', server: two },
  ]);
  const running = startGated(lab, { server: one });
  await running.atGate();
  // The other one looks at all that is there, collects, and cleans: a job of this machine would be lost to it.
  const hello = lab.script('hello.sh', '#!/bin/sh\necho hello\n');
  expect((await lab.cli('run', hello, '--on', 'web2')).code).toBe(0);
  const cleaned = await lab.cli('server', 'clean', 'web2', '--yes');
  expect(cleaned.stdout).toMatch(/1 run .*stay/);
  await running.endsWhole({ run: 2 });
});

fault('F24', 'a killed supervisor is a lost job that names what goes on, and a cancel ends that', async () => {
  await using lab = await startLab();
  const { stateHome = '' } = lab.servers[0] ?? {};
  // As long as nobody else sleeps.
  const asleep = `sleep 4711.${process.pid}`;
  await using _left = {
    [Symbol.asyncDispose]: async () => {
      for (const [pid] of processesWith(asleep)) sendSignal(pid, 'SIGKILL');
    },
  };
  const script = lab.script('long.sh', `#!/bin/sh\necho begun\nexec ${asleep}\n`);
  const running = lab.start('run', script, '--on', 'web1', '--json');
  await running.saw('begun');
  sendSignal(supervisorOf(stateHome), 'SIGKILL');
  const { code, stdout } = await running.ended;
  const [settled] = jsonLines(stdout).filter(({ type }) => type === 'settled');
  const [[pid] = []] = processesWith(asleep);
  expect(settled).toMatchObject({
    outcome: {
      kind: 'lost',
      message: `runner ended unexpectedly; the log ends there; what the script has started goes on there: sleep (${pid}). A cancel ends it`,
    },
  });
  expect(code).toBe(125);
  const [{ id } = {}] = jsonLines((await lab.cli('runs', '--json')).stdout);
  expect(await lab.cli('cancel', String(id))).toMatchObject({
    code: 0,
    stdout: 'web1  nothing that the script has started is left running\n',
  });
  expect(processesWith(asleep)).toEqual([]);
});

fault('F25', 'a script that the kernel kills for want of memory failed by SIGKILL, and the log says why', async () => {
  await using lab = await startLab();
  const group = `/sys/fs/cgroup/memory/cronium-${process.pid}`;
  const script = lab.script(
    'greedy.sh',
    `#!/bin/sh
mkdir ${group} && echo 20M > ${group}/memory.limit_in_bytes && echo $$ > ${group}/cgroup.procs
mkfifo endless && head -c 100000000 /dev/zero > endless &
echo begun
until [ -p endless ]; do sleep 0.05; done
exec tail endless
`,
  );
  const events = await lab.run(script, { on: ['web1'] });
  rmdirSync(group);
  expect(outputOf(events, 'web1')).toBe('begun\n');
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', signal: 'SIGKILL' });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'note', message: expect.stringContaining('Memory ran out on this server') }),
  );
});
