import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect } from 'vitest';
import { jsonLines, type Lab, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { kill, startChild } from '../../unit/store/child.ts';
import { fault } from '../fault.ts';
import { checkRun, countStarts, TRUTH } from '../lab/check.ts';
import { sweepFakeClocks } from '../lab/fake-clock.ts';
import { GATED_OUTCOME, startGated } from '../lab/gate.ts';

/** Says 30 lines in a bit more than half a second. */
const SCRIPT = `${TRUTH}
i=0
while [ $i -lt 30 ]; do
  i=$((i + 1))
  say "line $i"
  sleep 0.02
done
exit 5
`;

/** From the start of the process to the script's end, on a machine that is not busy; later kills meet a run that is over. */
const LIFE_MS = 1_600;

let lab: Lab;
let sshd: Sshd;
beforeAll(async () => {
  lab = await startLab();
  sshd = lab.servers[0] as Sshd;
});
afterAll(() => lab[Symbol.asyncDispose]());

fault(
  'F90',
  'a client that is killed at any moment leaves what the next one brings to its true end',
  async ({ seed, random }) => {
    const truth = join(lab.folder, `killed-truth${seed}`);
    const script = lab.script(`killed${seed}.sh`, SCRIPT);
    const running = lab.start('run', script, '--on', 'web1', '--json', '--', truth);
    await delay(random.whole(0, LIFE_MS));
    running.child.kill('SIGKILL');
    await running.ended;
    const resumed = await lab.cli('resume', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expectWhole(lab.dataDir);
    const runs = jsonLines((await lab.cli('runs', '--json')).stdout);
    const at = runs.findIndex(({ event }) => event === `killed${seed}.sh`);
    if (at === -1) {
      // It came before the run was written down.
      expect(countStarts(truth)).toBe(0);
      return;
    }
    if (countStarts(truth) === 0) {
      expect(runs[at]).toMatchObject({ jobs: [{ outcome: { kind: 'broken', code: 'start/never' } }] });
      return;
    }
    await checkRun(lab, { sshd, truth, outcome: GATED_OUTCOME, run: at + 1 });
  },
  { isSeeded: true, seeds: 8 },
);

fault('F91', 'a client that stays away for days finds the whole log and the true end', async () => {
  const running = startGated(lab);
  await running.atGate();
  running.child.kill('SIGKILL');
  await running.ended;
  running.openGate();
  const days = { LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', FAKETIME: '+3d' };
  Object.assign(lab.env, days, { DONT_FAKE_MONOTONIC: '1' });
  try {
    const { code, stdout } = await lab.cli('resume', '--json');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toContainEqual(
      expect.objectContaining({ type: 'settled', outcome: expect.objectContaining(GATED_OUTCOME) }),
    );
    await checkRun(lab, { sshd, truth: running.truth, outcome: GATED_OUTCOME });
  } finally {
    for (const name of [...Object.keys(days), 'DONT_FAKE_MONOTONIC']) delete lab.env[name];
    sweepFakeClocks();
  }
});

for (const driver of ['better-sqlite3', 'node']) {
  fault(
    'F97',
    `a process that is killed while it commits has written all of it or nothing (${driver})`,
    async ({ seed, random }) => {
      const dir = join(lab.folder, `commits-${driver}`);
      const env = { CRONIUM_SQLITE: driver };
      const child = startChild('write-store', [dir, `seed${seed}`], { env });
      const first = await child.lines.next();
      expect(first.done, 'it writes').not.toBe(true);
      const said = [first.value];
      await delay(random.whole(0, 60));
      said.push(...(await kill(child)));
      expectWhole(dir);
      const database = new Database(join(dir, 'cronium.db'), { readonly: true });
      const rows = database
        .prepare('SELECT count(*) AS runs, count(jobs.id) AS jobs FROM runs LEFT JOIN jobs ON run_id = runs.id')
        .get() as { runs: number; jobs: number };
      const settled = database.prepare('SELECT count(*) AS count FROM jobs WHERE outcome IS NOT NULL').get();
      database.close();
      expect(rows.jobs, 'a run is never there without its job').toBe(rows.runs);
      expect((settled as { count: number }).count).toBeGreaterThanOrEqual(said.length);
      expect(
        rows.runs - (settled as { count: number }).count,
        'runs under way, one for each kill at most',
      ).toBeLessThanOrEqual(seed);
    },
    { isSeeded: true, seeds: 6 },
  );
}

fault('F90', 'cronium resume says how what was left stands, waits for it, and starts nothing', async () => {
  const running = startGated(lab);
  await running.atGate();
  running.child.kill('SIGKILL');
  await running.ended;
  const asked = await lab.cli('resume', '--no-wait');
  expect(asked.stdout).toMatch(/^[0-9a-f]{8} {2}running {2}gated\d+\.sh\n {10}web1 {2}detached\n$/);
  const waiting = lab.start('resume');
  await waiting.saw('web1  running');
  running.openGate();
  const { code, stdout } = await waiting.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/web1 {2}failed \(exit code 5\)\n[0-9a-f]{8} {2}failed {2}Log: cronium logs [0-9a-f]{8}\n$/);
  await checkRun(lab, { sshd, truth: running.truth, outcome: GATED_OUTCOME });
  const again = await lab.cli('resume');
  expect([again.code, again.stderr]).toEqual([0, 'Every run has ended; see them with: cronium runs\n']);
  expect(readFileSync(`${running.truth}.starts`, 'utf8').split('\n')).toHaveLength(2);
});

function expectWhole(dir: string): void {
  const database = new Database(join(dir, 'cronium.db'), { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
}
