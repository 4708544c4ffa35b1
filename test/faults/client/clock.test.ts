import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { jsonLines, type Lab, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { processTree, sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { fakeClock } from '../lab/fake-clock.ts';
import { GATED_OUTCOME, startGated } from '../lab/gate.ts';

let lab: Lab;
let sshd: Sshd;
beforeAll(async () => {
  lab = await startLab();
  sshd = lab.servers[0] as Sshd;
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Longer than the silence that is taken for death. */
const SLEEP_MS = 20_000;

fault('F92', 'a laptop that slept goes on where it was, over the connection that it had', async () => {
  const running = startGated(lab);
  await running.atGate();
  const connections = sshd.connections();
  const sleeping = processTree(running.child.pid as number);
  for (const { pid } of sleeping) sendSignal(pid, 'SIGSTOP');
  await delay(SLEEP_MS);
  running.openGate();
  for (const { pid } of sleeping) sendSignal(pid, 'SIGCONT');
  const { code, stderr } = await running.ended;
  expect(code, stderr).toBe(5);
  expect(sshd.connections(), 'no new tries').toBe(connections);
  await checkRun(lab, { sshd, truth: running.truth, outcome: GATED_OUTCOME });
});

for (const [id, jumps] of [
  ['F92', ['+8h']],
  ['F93', ['+1h', '-1h', '+1d', '-1d', '+0']],
] as const) {
  fault(id, `a clock that is set ${jumps.join(', ')} in mid-run ends nothing and begins nothing`, async () => {
    using clock = fakeClock(lab);
    const running = startGated(lab);
    await running.atGate();
    const connections = sshd.connections();
    for (const jump of jumps) {
      clock.set(jump);
      // Time for every timer that believes the wall clock.
      await delay(600);
      expect(running.child.exitCode).toBeNull();
    }
    const { stderr } = await running.endsWhole();
    expect(stderr).not.toMatch(/reattaching/);
    expect(sshd.connections()).toBe(connections);
  });
}

fault(
  'F93',
  'a client whose clock is a day behind finds what one with the right time has left, and the other way round',
  async () => {
    for (const [left, found] of [
      ['+0', '-1d'],
      ['+1d', '+0'],
    ] as const) {
      using clock = fakeClock(lab, left);
      const running = startGated(lab);
      await running.atGate();
      running.child.kill('SIGKILL');
      await running.ended;
      clock.set(found);
      running.openGate();
      const { code, stdout } = await lab.cli('resume', '--json');
      expect(code).toBe(0);
      expect(jsonLines(stdout).filter(({ type }) => type === 'settled')).toMatchObject([{ outcome: GATED_OUTCOME }]);
      clock.set('+1d');
      const runs = jsonLines((await lab.cli('runs', '--json')).stdout);
      const at = runs.findIndex(({ event }) => String(event) === `${running.event}`);
      await checkRun(lab, { sshd, truth: running.truth, outcome: GATED_OUTCOME, run: at + 1 });
    }
  },
);

for (const years of ['-10y', '+10y'] as const) {
  fault('F94', `a server that is ${years} away from the client's time serves like any other`, async () => {
    using _clock = fakeClock(lab, years);
    const left = startGated(lab);
    await left.atGate();
    left.child.kill('SIGKILL');
    await left.ended;
    left.openGate();
    expect((await lab.cli('resume')).code).toBe(0);
    const stopped = startGated(lab);
    await stopped.atGate();
    stopped.child.kill('SIGINT');
    expect((await stopped.ended).code).toBe(130);
    const runs = jsonLines((await lab.cli('runs', '--json')).stdout);
    for (const [run, outcome] of [
      [left, GATED_OUTCOME],
      [stopped, { kind: 'cancelled' }],
    ] as const) {
      const at = runs.findIndex(({ event }) => event === run.event);
      await checkRun(lab, { sshd, truth: run.truth, outcome, run: at + 1 });
    }
  });
}
