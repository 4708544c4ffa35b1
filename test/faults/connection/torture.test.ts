import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { fault } from '../fault.ts';
import { startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';

/** The full form stands behind many seeds; a short run has a fifth of it. */
const IS_FULL = process.env.CRONIUM_FAULT_SEEDS !== undefined || process.env.CRONIUM_FAULT_FULL !== undefined;
const SIZE = IS_FULL
  ? { lines: 30_000, seconds: 30, disturbances: 100 }
  : { lines: 6_000, seconds: 6, disturbances: 20 };

/** Numbers lines, as many a second as it takes to spread them over the time. */
const NUMBERING = `${TRUTH}
i=0
while [ "$i" -lt "$2" ]; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do i=$((i + 1)); say "line $i"; done
  sleep 0.01
done
exit 5
`;

fault(
  'F09',
  `${SIZE.lines} lines come through ${SIZE.disturbances} random disturbances, each once and in order`,
  async ({ random }) => {
    await using lab = await startChaosLab({ random: random.fork() });
    const truth = join(lab.folder, 'truth');
    const script = lab.script('numbering.sh', NUMBERING);
    const running = lab.start('run', script, '--on', 'web1', '--json', '--', truth, String(SIZE.lines));
    await running.saw('line 1\\n');
    const pace = (SIZE.seconds * 1_000) / SIZE.disturbances;
    let halfOpen = 0;
    for (let count = 0; count < SIZE.disturbances; count++) {
      await delay(random.whole(pace / 2, (pace * 3) / 2));
      // A half-open link costs 15 s of silence, in which nothing else can be disturbed.
      const by = random.pick(['reset', 'reset', 'end', 'end', 'freeze', 'halfOpen'] as const);
      if (by === 'halfOpen' && ++halfOpen > SIZE.disturbances / 20) lab.chaos.break('reset');
      else lab.chaos.break(by);
      if (by === 'freeze') setTimeout(() => lab.chaos.thaw(), random.whole(10, 500));
      // What is made meanwhile breaks by itself, somewhere.
      lab.chaos.rules = () => ({
        [random.pick(['up', 'down'])]: {
          breakAfter: { bytes: random.whole(0, 60_000), by: random.pick(['reset', 'end'] as const) },
        },
      });
    }
    lab.chaos.rules = () => ({});
    lab.chaos.thaw();
    const { code, stderr } = await running.ended;
    expect(code, stderr.slice(-2_000)).toBe(5);
    await checkRun(lab, { sshd: lab.server, truth, outcome: { kind: 'failed', exitCode: 5 } });
  },
  { isSeeded: true, timeoutMs: 300_000 },
);
