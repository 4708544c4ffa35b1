import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cronium } from '../../src/app/cronium.ts';
import type { RunPlan } from '../../src/domain/run.ts';
import type { RunEvent } from '../../src/domain/run-event.ts';
import { allOf, type Lab, outcomeOf, outputOf, signals, startLab } from '../fixtures/lab.ts';

let lab: Lab;
let engine: Cronium;
let events = 0;
beforeAll(async () => {
  lab = await startLab({ servers: 2 });
  engine = lab.engine();
});
afterAll(() => lab[Symbol.asyncDispose]());

/** The plans of as many runs of a script that says that it runs and waits until a file exists. */
async function planWaiting(count: number, on: readonly string[]): Promise<{ plans: RunPlan[]; openGate(): void }> {
  const gate = join(lab.folder, `gate${events}`);
  const text =
    '#!/bin/sh\n# cronium:\n#   parallel: 1\necho waiting\nwhile ! [ -e "$1" ]; do sleep 0.05; done\necho done\n';
  const script = lab.script(`waiting${events++}.sh`, text);
  const plans: RunPlan[] = [];
  for (let n = 0; n < count; n++) plans.push(await lab.plan(engine, script, on, { args: [gate] }));
  return { plans, openGate: () => writeFileSync(gate, '') };
}

/** Resolves with the first event that is meant; all of them come with `ended`. */
function watch(run: AsyncIterable<RunEvent>): {
  readonly ended: Promise<RunEvent[]>;
  saw(type: RunEvent['type']): Promise<void>;
} {
  const seen: RunEvent[] = [];
  let look = (): void => {};
  const read = async (): Promise<RunEvent[]> => {
    for await (const event of run) {
      seen.push(event);
      look();
    }
    return seen;
  };
  const ended = read();
  return {
    ended,
    saw: (type) =>
      new Promise((found, missed) => {
        look = () => {
          if (seen.some((event) => event.type === type)) found();
        };
        look();
        void ended.then(() => missed(new Error(`It ended without it: ${JSON.stringify(seen)}`)));
      }),
  };
}

const SUCCEEDED = { kind: 'succeeded', exitCode: 0 };

test('who follows a run from the time when it waited takes it over as it is by then', async () => {
  const { plans, openGate } = await planWaiting(1, ['web1', 'web2']);
  const leave = new AbortController();
  const [plan] = plans as [RunPlan];
  const owned = watch(engine.run(plan, signals({ leave: leave.signal })));
  await owned.saw('planned');
  const other = lab.engine();
  // The job on web2 waits for the one on web1.
  const following = watch(other.follow(plan.id, signals(), { servers: ['web2'] }));
  await owned.saw('output');
  expect(engine.findRun(plan.id).jobs.map(({ phase }) => phase)).toEqual(['running', 'queued']);
  await allOf(engine.cancel(plan.id, signals(), { servers: ['web1'] }));
  await following.saw('output');
  leave.abort();
  await owned.ended;
  openGate();
  expect(outcomeOf(await following.ended, 'web2')).toEqual(SUCCEEDED);
});

test('a job that waits for another of its run ends at once when it is cancelled', async () => {
  const { plans, openGate } = await planWaiting(1, ['web1', 'web2']);
  const [plan] = plans as [RunPlan];
  const run = watch(engine.run(plan, signals()));
  await run.saw('output');
  const cancelled = await allOf(engine.cancel(plan.id, signals(), { servers: ['web2'] }));
  expect(outcomeOf(cancelled, 'web2')).toEqual({ kind: 'cancelled' });
  openGate();
  expect(outcomeOf(await run.ended, 'web1')).toEqual(SUCCEEDED);
});

test('a run that is left says of the servers that it has not reached that nothing was started there', async () => {
  const { plans, openGate } = await planWaiting(2, ['web1', 'web2']);
  const leave = new AbortController();
  const [first, second] = plans.map((plan) => watch(engine.run(plan, signals({ leave: leave.signal }))));
  await first?.saw('output');
  await second?.saw('note');
  leave.abort();
  const left = { kind: 'broken', code: 'start/left' };
  expect(outcomeOf((await first?.ended) ?? [], 'web2')).toMatchObject(left);
  const ended = (await second?.ended) ?? [];
  expect(['web1', 'web2'].map((server) => outcomeOf(ended, server))).toMatchObject([left, left]);
  openGate();
  const rest = await allOf(lab.engine().follow(plans[0]?.id ?? '', signals()));
  expect([outputOf(rest, 'web1'), outcomeOf(rest, 'web1')]).toEqual(['waiting\ndone\n', SUCCEEDED]);
});

test('a run that was killed while it waited is cancelled when that is what is asked for', async () => {
  const { plans, openGate } = await planWaiting(1, ['web1']);
  const [plan] = plans as [RunPlan];
  const first = watch(engine.run(plan, signals()));
  await first.saw('output');
  const waiting = lab.start('run', plan.script.path, '--on', 'web1', '--json');
  await waiting.saw('planned');
  waiting.child.kill('SIGKILL');
  await waiting.ended;
  const killed = engine.runs()[0]?.id ?? '';
  expect(killed).not.toBe(plan.id);
  expect(outcomeOf(await allOf(engine.cancel(killed, signals())), 'web1')).toEqual({ kind: 'cancelled' });
  openGate();
  await first.ended;
});
