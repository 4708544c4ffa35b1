import { expect } from 'vitest';
import { jsonLines } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';
import { processesWith } from '../lab/processes.ts';
import { until } from '../lab/until.ts';

const LIMIT_MS = 2_000;

/** Speaks only when it has run for longer than the limit, and then goes on for ever. */
const SCRIPT = `#!/bin/sh
# cronium:
#   onDisconnect: stop after ${LIMIT_MS / 1_000}s
${TRUTH.replace('#!/bin/sh\n', '')}sleep ${LIMIT_MS / 1_000 + 1}
say begun
while :; do sleep 0.05; done
`;

/** A line that is cut where nobody tells the server counts as cut after a minute. */
const CUTS = { reset: 0, halfOpen: 60_000 } as const;

for (const [how, noticedMs] of Object.entries(CUTS) as [keyof typeof CUTS, number][]) {
  const title = `a script that shall stop when nobody is attached does so (${how}), and whoever comes back hears why`;
  fault(['F09', 'F12'], title, () => checkStop(how, noticedMs), { timeoutMs: 180_000 });
}

async function checkStop(how: keyof typeof CUTS, noticedMs: number): Promise<void> {
  await using lab = await startChaosLab();
  const truth = `${lab.folder}/truth`;
  const running = lab.start('run', lab.script('stops.sh', SCRIPT), '--on', 'web1', '--json', '--', truth);
  // That it speaks at all tells that its limit does not count while somebody is attached.
  await running.saw('begun');
  lab.chaos.rules = () => 'refuse';
  const lostAt = performance.now();
  lab.chaos.break(how);
  const isGone = () => processesWith(truth).every(([pid]) => pid === running.child.pid);
  await until(isGone, { limitMs: noticedMs + 60_000 });
  expect(performance.now() - lostAt).toBeGreaterThan(LIMIT_MS - 100);
  lab.chaos.rules = () => ({});
  const { code, stdout, stderr } = await running.ended;
  expect(stderr).toContain('web1: The script was stopped because nobody was attached for 2s\n');
  expect(jsonLines(stdout).find(({ type }) => type === 'settled')).toMatchObject({ outcome: { kind: 'cancelled' } });
  expect(code).toBe(130);
  await checkRun(lab, { sshd: lab.server, truth, outcome: { kind: 'cancelled' } });
}
