import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { processesOf } from '../../fixtures/job-processes.ts';
import { jsonLines, type Lab, outcomeOf, type Running, signals } from '../../fixtures/lab.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { type ChaosLab, startChaosLab } from '../lab/chaos-lab.ts';
import { countStarts, jobsOn, TRUTH } from '../lab/check.ts';
import { readDatabase } from '../lab/database.ts';
import { eventually, sessionsOf } from '../script/jobs.ts';

/** Says that it has begun, and goes on until the file exists that its second argument names. */
const WAITING = `${TRUTH}\nsay begun\nwhile ! [ -e "$2" ]; do sleep 0.05; done\nsay over\nexit 6\n`;

fault('F81', 'a cancel on a link that is frozen reaches the script when the link is back', async () => {
  await using lab = await startChaosLab();
  const { running, truth } = await begun(lab);
  lab.chaos.break('freeze');
  running.child.kill('SIGINT');
  await eventually('the wish is in the store', () => cancelsIn(lab) === 1);
  expect(processesOf(lab)).not.toEqual([]);
  lab.chaos.thaw();
  const { code } = await running.ended;
  expect([code, countStarts(truth)]).toEqual([130, 1]);
  expect(processesOf(lab)).toEqual([]);
});

fault('F81', 'a cancel on a link that is dead reaches the script over the next one', async () => {
  await using lab = await startChaosLab();
  const { running, truth } = await begun(lab);
  lab.chaos.break('halfOpen');
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect([code, countStarts(truth)]).toEqual([130, 1]);
  expect(jsonLines(stdout).filter(({ type }) => type === 'settled')).toHaveLength(1);
  expect(processesOf(lab)).toEqual([]);
});

fault('F81', 'of a script that ended before its cancel arrived the true end is told', async () => {
  await using lab = await startChaosLab();
  const { running, gate } = await begun(lab);
  lab.chaos.break('freeze');
  writeFileSync(gate, '');
  await eventually('the script is over', () => processesOf(lab).length === 0);
  running.child.kill('SIGINT');
  await eventually('the wish is in the store', () => cancelsIn(lab) === 1);
  lab.chaos.thaw();
  const { code, stdout } = await running.ended;
  expect(code).toBe(6);
  expect(jsonLines(stdout).find(({ type }) => type === 'settled')?.outcome).toEqual({ kind: 'failed', exitCode: 6 });
  expect(cancelsIn(lab)).toBe(0);
});

fault('F82', 'a cancel outlives the client that was asked: whoever looks next delivers it', async () => {
  await using lab = await startChaosLab();
  const { running, truth } = await begun(lab);
  lab.chaos.break('freeze');
  running.child.kill('SIGINT');
  await eventually('the wish is in the store', () => cancelsIn(lab) === 1);
  running.child.kill('SIGKILL');
  await running.ended;
  lab.chaos.break('reset');
  lab.chaos.thaw();
  expect(processesOf(lab)).not.toEqual([]);
  const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
  const { stderr } = await lab.cli('logs', String(run?.id));
  expect(stderr).toMatch(/web1 +cancelled/);
  expect([processesOf(lab), countStarts(truth), cancelsIn(lab)]).toEqual([[], 1, 0]);
});

fault('F82', 'a client that is killed while its cancel is under way has cancelled', async ({ random }) => {
  for (let round = 0; round < 3; round++) {
    await using lab = await startChaosLab();
    const { running, truth } = await begun(lab);
    running.child.kill('SIGINT');
    await eventually('the wish is in the store', () => cancelsIn(lab) === 1 || running.child.exitCode !== null);
    await new Promise((soon) => setTimeout(soon, random.whole(0, 30)));
    running.child.kill('SIGKILL');
    await running.ended;
    const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
    const { stderr } = await lab.cli('logs', String(run?.id));
    expect(stderr).toMatch(/web1 +cancelled/);
    expect([processesOf(lab), countStarts(truth)]).toEqual([[], 1]);
  }
});

fault('F84', 'a script whose cancel overtakes its start never runs', async () => {
  await using lab = await startChaosLab();
  const truth = join(lab.folder, 'truth');
  const script = lab.script('waiting.sh', WAITING);
  const engine = lab.engine();
  const warm = await lab.plan(engine, lab.script('warm.sh', '#!/bin/sh\n'), ['web1']);
  for await (const _event of engine.run(warm, signals()));
  const [session] = sessionsOf(lab.server);
  if (session === undefined) throw new Error('There is no session');
  // What is sent now waits in front of a server process that does not read; other connections go their way.
  sendSignal(session, 'SIGSTOP');
  const plan = await lab.plan(engine, script, ['web1'], { args: [truth, join(lab.folder, 'gate')] });
  const events: RunEvent[] = [];
  const starting = Promise.withResolvers<void>();
  const running = (async () => {
    for await (const event of engine.run(plan, signals())) {
      events.push(event);
      if (event.type === 'phase' && event.phase === 'starting') starting.resolve();
    }
  })();
  try {
    await Promise.race([
      starting.promise,
      eventually('the start was sent', () => phaseIn(lab, plan.id) === 'starting'),
    ]);
    const cancelling = lab.start('cancel', plan.id);
    const job = plan.jobs[0]?.id ?? '';
    await eventually('the tombstone stands', () => jobsOn(lab.server).includes(job));
    sendSignal(session, 'SIGCONT');
    await running;
    expect((await cancelling.ended).stderr).toMatch(/web1 +cancelled/);
  } finally {
    sendSignal(session, 'SIGCONT');
  }
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'cancelled' });
  expect([countStarts(truth), existsSync(truth), processesOf(lab)]).toEqual([0, false, []]);
});

/** A run of the waiting script, which has begun. */
async function begun(lab: ChaosLab): Promise<{ running: Running; truth: string; gate: string }> {
  const [truth, gate] = [join(lab.folder, 'truth'), join(lab.folder, 'gate')];
  const running = lab.start('run', lab.script('waiting.sh', WAITING), '--on', 'web1', '--json', '--', truth, gate);
  await running.saw('begun');
  return { running, truth, gate };
}

/** How many jobs of the store are to be cancelled. */
function cancelsIn(lab: Pick<Lab, 'dataDir'>): number {
  return Number(ask(lab, 'SELECT count(*) AS found FROM jobs WHERE cancel_requested = 1'));
}

function phaseIn(lab: Pick<Lab, 'dataDir'>, run: string): unknown {
  return ask(lab, `SELECT phase AS found FROM jobs WHERE run_id = '${run}'`);
}

function ask({ dataDir }: Pick<Lab, 'dataDir'>, sql: string): unknown {
  using database = readDatabase(dataDir);
  return database.prepare(sql).get()?.found;
}
