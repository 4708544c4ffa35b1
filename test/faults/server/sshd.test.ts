import { expect } from 'vitest';
import { jsonLines, outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { startSshd } from '../../fixtures/sshd.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';
import { startGated } from '../lab/gate.ts';
import { sshdProcesses } from '../lab/sessions.ts';
import { until } from '../lab/until.ts';

fault('F20', 'sshd is restarted in mid-run: the session goes on, and the next run finds the new one', async () => {
  await using first = await startSshd();
  await using lab = await labOf(first);
  const running = startGated(lab, { server: first });
  await running.atGate();
  sendSignal(sshdProcesses(first).listener, 'SIGTERM');
  await using second = await startSshd({ port: first.port, home: first.home });
  const { stdout } = await running.endsWhole();
  expect(jsonLines(stdout).filter(({ phase }) => phase === 'detached')).toEqual([]);
  // `logs` of a run that has ended asks nobody; another run does.
  expect((await lab.cli('run', lab.script('next.sh', 'echo next\n'), '--on', 'web1')).code).toBe(0);
  expect(second.connections()).toBe(1);
});

fault(
  'F20',
  'sshd and all its sessions are restarted in mid-run: the script goes on, and its log is whole',
  async () => {
    await using first = await startSshd();
    await using lab = await labOf(first);
    const running = startGated(lab, { server: first });
    await running.atGate();
    await first.stop();
    await running.saw('"detached"');
    await using _second = await startSshd({ port: first.port, home: first.home });
    const { stdout } = await running.endsWhole();
    expect(jsonLines(stdout).some(({ phase }) => phase === 'detached')).toBe(true);
  },
);

fault('F21', "the session's own sshd is killed: the script goes on, and its log is whole", async () => {
  await using lab = await startLab();
  const running = startGated(lab);
  const { server } = running;
  await running.atGate();
  for (const pid of sshdProcesses(server).connections) sendSignal(pid, 'SIGKILL');
  await running.saw('"detached"');
  await running.endsWhole();
  expect(server.connections()).toBeGreaterThanOrEqual(2);
});

fault('F22', 'a frozen sshd is noticed within 20 s, and the run is found again when it thaws', async () => {
  await using lab = await startLab();
  const running = startGated(lab);
  const { server } = running;
  await running.atGate();
  const { listener, connections } = sshdProcesses(server);
  const frozen = [listener, ...connections];
  for (const pid of frozen) sendSignal(pid, 'SIGSTOP');
  const began = performance.now();
  running.openGate();
  await running.saw('"detached"');
  // The promise is 15 s; the rest is what a busy machine may take.
  expect(performance.now() - began).toBeLessThan(20_000);
  // The script itself has not been touched.
  await until(() => running.said().text.endsWith('line 40\n'));
  for (const pid of frozen) sendSignal(pid, 'SIGCONT');
  await running.endsWhole();
});

fault('F26', 'with one session at most, runs at the same time share it', async () => {
  await using lab = await startLab({ sshd: { config: ['MaxSessions 1', 'DisableForwarding yes'] } });
  const engine = lab.engine();
  const scripts = ['one', 'two', 'three'].map((name) => lab.script(`${name}.sh`, `#!/bin/sh\necho ${name}\n`));
  const plans = await Promise.all(scripts.map((script) => lab.plan(engine, script, ['web1'])));
  const never = new AbortController().signal;
  const said = await Promise.all(
    plans.map(async (plan) => {
      const events = [];
      for await (const event of engine.run(plan, { cancel: never, leave: never })) events.push(event);
      return outputOf(events, 'web1');
    }),
  );
  expect(said).toEqual(['one\n', 'two\n', 'three\n']);
  expect([lab.servers[0]?.connections(), lab.servers[0]?.sessions()]).toEqual([1, 1]);
});

fault('F35', 'a server that ends idle channels and asks for life every second loses nothing', async () => {
  await using lab = await startLab({
    sshd: {
      config: ['ClientAliveInterval 1', 'ClientAliveCountMax 2', 'ChannelTimeout *=2s', 'UnusedConnectionTimeout 1s'],
      env: { TMOUT: '1' },
    },
  });
  const running = startGated(lab);
  await running.atGate();
  await running.saw('"detached"');
  await running.endsWhole();
});

fault('F29', 'sftp that is missing, fails or prints is never asked', async () => {
  for (const subsystem of [[], ['Subsystem sftp /bin/false'], ['Subsystem sftp /bin/echo welcome']]) {
    await using lab = await startLab({ sshd: { config: subsystem } });
    const events = await lab.run(lab.script('it.sh', '#!/bin/sh\necho it runs\n'), { on: ['web1'] });
    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
    expect(lab.servers[0]?.log()).not.toMatch(/subsystem request/);
  }
});
