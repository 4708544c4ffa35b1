import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Lab, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { fault } from '../fault.ts';
import { behind, startChaos } from '../lab/chaos.ts';
import { checkRun, TRUTH } from '../lab/check.ts';
import { startNet } from '../lab/net.ts';

/** Says a line every 0.1 s until `$2` exists, then a last one. */
const TICKING = `${TRUTH}
i=0
until [ -e "$2" ]; do i=$((i + 1)); say "line $i"; sleep 0.1; done
say over
exit 5
`;
const OUTCOME = { kind: 'failed', exitCode: 5 };

function startTicking(lab: Lab) {
  const truth = join(lab.folder, 'truth');
  const gate = join(lab.folder, 'gate');
  const script = lab.script('ticking.sh', TICKING);
  const running = lab.start('run', script, '--on', 'web1', '--json', '--', truth, gate);
  const lineCount = (): number => readFileSync(truth, 'utf8').split('\n').length - 1;
  return { ...running, truth, lineCount, openGate: () => writeFileSync(gate, '') };
}

/** Resolves when the client has told a line that the script says from now on. */
async function seesNewLines(running: ReturnType<typeof startTicking>): Promise<void> {
  await running.saw(`line ${running.lineCount() + 2}\\n`);
}

fault('F13', 'after 30 s without a network the same run goes on, and no line is missing', async () => {
  using net = startNet();
  await using lab = await startLab({ sshd: net.sshd });
  const sshd = lab.servers[0] as Sshd;
  const running = startTicking(lab);
  await running.saw('line 5\\n');
  net.part();
  const parted = delay(30_000);
  await running.saw('"detached"');
  await parted;
  net.heal();
  await seesNewLines(running);
  running.openGate();
  expect((await running.ended).code).toBe(5);
  await checkRun(lab, { sshd, truth: running.truth, outcome: OUTCOME });
});

fault('F13', 'a short partition that TCP survives needs no new connection', async () => {
  using net = startNet();
  await using lab = await startLab({ sshd: net.sshd });
  const sshd = lab.servers[0] as Sshd;
  const running = startTicking(lab);
  await running.saw('line 5\\n');
  for (const break_ of [() => net.part(), () => net.plug('down')]) {
    break_();
    await delay(4_000);
    net.heal();
    net.plug('up');
    await seesNewLines(running);
  }
  expect(sshd.connections()).toBe(1);
  running.openGate();
  const { code, stdout } = await running.ended;
  expect(code).toBe(5);
  expect(stdout).not.toContain('detached');
  await checkRun(lab, { sshd, truth: running.truth, outcome: OUTCOME });
});

fault(
  'F14',
  'a link that flaps costs no line, at most one connection a flap, and little work',
  async ({ random }) => {
    using net = startNet();
    await using lab = await startLab({ sshd: net.sshd });
    const sshd = lab.servers[0] as Sshd;
    const running = startTicking(lab);
    await running.saw('line 5\\n');
    const before = cpuSeconds(running.child.pid);
    const flaps = 8;
    for (let flap = 0; flap < flaps; flap++) {
      net.plug('down');
      await delay(random.whole(800, 1_200));
      net.plug('up');
      await delay(random.whole(1_800, 2_200));
    }
    await seesNewLines(running);
    expect(cpuSeconds(running.child.pid) - before, 'seconds of a processor in 24 s').toBeLessThan(2.4);
    expect(sshd.connections()).toBeLessThanOrEqual(1 + flaps);
    running.openGate();
    expect((await running.ended).code).toBe(5);
    await checkRun(lab, { sshd, truth: running.truth, outcome: OUTCOME });
  },
  { isSeeded: true, timeoutMs: 120_000 },
);

fault(
  'F15',
  'over 300 ms of delay, 256 kbit/s and 2 % of loss a run works, and nobody takes it for dead',
  async ({ random }) => {
    using net = startNet();
    net.limit(256);
    net.there('iptables', ...'-A INPUT -i wire -m statistic --mode random --probability 0.02 -j DROP'.split(' '));
    await using cleanup = new AsyncDisposableStack();
    await using lab = await startLab({
      sshd: net.sshd,
      reach: async (server) => {
        const rule = { delayMs: 140, jitterMs: 20 };
        const chaos = await startChaos(server, { random, rules: () => ({ up: rule, down: rule }) });
        cleanup.use(chaos);
        return behind(server, chaos);
      },
    });
    const sshd = lab.servers[0] as Sshd;
    const running = startTicking(lab);
    await running.saw('line 100\\n');
    running.openGate();
    const { code, stdout } = await running.ended;
    expect(code).toBe(5);
    expect(stdout).not.toContain('detached');
    expect(sshd.connections()).toBe(1);
    await checkRun(lab, { sshd, truth: running.truth, outcome: OUTCOME });
  },
  { isSeeded: true, timeoutMs: 240_000 },
);

fault('F18', 'when our address changes, the dead connection is noticed and made again from the new one', async () => {
  using net = startNet();
  await using lab = await startLab({ sshd: net.sshd });
  const sshd = lab.servers[0] as Sshd;
  const running = startTicking(lab);
  await running.saw('line 5\\n');
  net.move();
  await running.saw('"detached"');
  await seesNewLines(running);
  running.openGate();
  expect((await running.ended).code).toBe(5);
  const from = sshd.log().match(/^Connection from \S+/gm) ?? [];
  expect(new Set(from).size, from.join()).toBe(2);
  await checkRun(lab, { sshd, truth: running.truth, outcome: OUTCOME });
});

function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
