import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Cronium } from '../../../src/app/cronium.ts';
import { outputOf } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import type { Chaos } from '../lab/chaos.ts';
import { type ChaosLab, startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';
import { buildSmallSpoolRunners } from '../lab/small-spool.ts';
import type { Random } from '../random.ts';

/** The full form stands behind many seeds; a short run has a fifth of it. */
const IS_FULL = process.env.CRONIUM_FAULT_SEEDS !== undefined || process.env.CRONIUM_FAULT_FULL !== undefined;
const SIZE = IS_FULL ? { lines: 30_000, disturbances: 100 } : { lines: 6_000, disturbances: 20 };

const ENDED = { kind: 'failed', exitCode: 5 };

/** Each costs a silence of 15 s, in which there is nothing else to disturb. */
const HALF_OPEN = IS_FULL ? 2 : 1;

/** Numbers lines, a thousand in a second; the last tenth waits for `$3`, so that the run outlives the disturbances. */
const NUMBERING = `${TRUTH}
i=0
while [ "$i" -lt "$2" ]; do
  for _ in 1 2 3 4 5 6 7 8 9 10; do i=$((i + 1)); say "line $i$4"; done
  while [ "$i" -gt $(($2 * 9 / 10)) ] && ! [ -e "$3" ]; do sleep 0.05; done
  sleep 0.01
done
exit 5
`;

fault(
  'F09',
  `${SIZE.lines} lines come through ${SIZE.disturbances} random disturbances, each once and in order`,
  async ({ random }) => {
    await using lab = await startChaosLab({ random: random.fork() });
    const { told, truth } = await torture(lab, lab.engine(), { random });
    expect(told === readFileSync(truth, 'utf8'), 'what was told is what was said').toBe(true);
    await checkRun(lab, { sshd: lab.server, truth, outcome: ENDED });
  },
  { isSeeded: true, timeoutMs: 600_000 },
);

fault(
  'F09',
  'lines that a spool had no room for while nobody came are named by GAPs, and all others come, once and in order',
  async ({ random }) => {
    await using lab = await startChaosLab({ random: random.fork() });
    const runnersDir = join(lab.folder, 'runners');
    await buildSmallSpoolRunners(runnersDir);
    const { told, truth } = await torture(lab, lab.engine({ runnersDir }), { random, padding: 1_000, absences: 3 });
    const { rendered, gaps } = await checkRun(lab, { sshd: lab.server, truth, outcome: ENDED });
    expect(gaps.length).toBeGreaterThan(0);
    expect(told === rendered, 'what was told is what is kept').toBe(true);
  },
  { isSeeded: true, timeoutMs: 600_000 },
);

interface Torture {
  readonly random: Random;
  /** Zeros behind each line's number. */
  readonly padding?: number;
  /** Times for which the server cannot be reached, seconds long. */
  readonly absences?: number;
}

/** Runs the script to its end while its link is disturbed; what was told of its output, and the file with the truth. */
async function torture(lab: ChaosLab, engine: Cronium, { random, padding = 0, absences = 0 }: Torture) {
  const truth = join(lab.folder, 'truth');
  const gate = join(lab.folder, 'gate');
  const begun = Promise.withResolvers<void>();
  // By this engine: the lab has no other.
  const running = lab.run(lab.script('numbering.sh', NUMBERING), {
    on: ['web1'],
    args: [truth, String(SIZE.lines), gate, padding > 0 ? ` ${'0'.repeat(padding)}` : ''],
    onEvent: ({ type }) => type === 'output' && begun.resolve(),
  });
  await begun.promise;
  // Somebody who does not wait: most of the time there is a link to disturb.
  const impatience = setInterval(() => engine.retryNow(), 100);
  await disturb(lab.chaos, random, absences).finally(() => clearInterval(impatience));
  expect(lab.chaos.connections).toBeGreaterThan(SIZE.disturbances / 2);
  writeFileSync(gate, '');
  return { told: outputOf(await running, 'web1'), truth };
}

/** Disturbs a link that stands, so many times; some of the connections that are made meanwhile break by themselves, somewhere. */
async function disturb(chaos: Chaos, random: Random, absences: number): Promise<void> {
  const rules: Chaos['rules'] = () => {
    if (random.next() > 0.2) return {};
    const breakAfter = { bytes: random.whole(0, 60_000), by: random.pick(['reset', 'end'] as const) };
    return random.pick([{ up: { breakAfter } }, { down: { breakAfter } }]);
  };
  chaos.rules = rules;
  for (let count = 0; count < absences; count += 1) {
    await delay(random.whole(20, 500));
    chaos.rules = () => 'refuse';
    chaos.break('reset');
    await delay(random.whole(1_500, 3_000));
    chaos.rules = rules;
  }
  let halfOpen = 0;
  for (let count = 0; count < SIZE.disturbances; ) {
    await delay(random.whole(20, 500));
    const drawn = random.pick(['reset', 'reset', 'end', 'end', 'freeze', 'halfOpen'] as const);
    const by = drawn === 'halfOpen' && halfOpen >= HALF_OPEN ? 'reset' : drawn;
    if (chaos.break(by) === 0) continue;
    count += 1;
    if (by === 'halfOpen') halfOpen += 1;
    if (by !== 'freeze') continue;
    await delay(random.whole(10, 500));
    chaos.thaw();
  }
  chaos.thaw();
  chaos.rules = () => ({});
}
