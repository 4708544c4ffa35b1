import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cronium, RunSignals } from '../../src/app/cronium.ts';
import type { Overlap } from '../../src/domain/event.ts';
import type { JobRecord, RunRecord } from '../../src/domain/run.ts';
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

/** An event of its own that says that it runs, and waits until the file exists that its argument names. */
function waitingEvent(overlap: Overlap): { readonly script: string; gate(name: string): Gate } {
  const id = `waiting${events++}`;
  const script = lab.script(
    `${id}.sh`,
    `#!/bin/sh\n# cronium:\n#   overlap: ${overlap}\necho waiting\nwhile ! [ -e "$1" ]; do sleep 0.05; done\necho done\n`,
  );
  return {
    script,
    gate: (name) => {
      const file = join(lab.folder, `${id}-${name}`);
      return { file, open: () => writeFileSync(file, '') };
    },
  };
}

interface Gate {
  readonly file: string;
  open(): void;
}

interface Started {
  readonly id: string;
  readonly ended: Promise<RunEvent[]>;
  /** Resolves with the first event that is meant. */
  saw(isMeant: (event: RunEvent) => boolean): Promise<RunEvent>;
}

/** A run by the engine of this process. */
async function start(
  script: string,
  gate: Gate,
  options: { on?: readonly string[]; given?: Partial<RunSignals> } = {},
): Promise<Started> {
  const plan = await lab.plan(engine, script, options.on ?? ['web1'], { args: [gate.file] });
  const seen: RunEvent[] = [];
  const watchers = new Set<() => void>();
  const watch = async (): Promise<RunEvent[]> => {
    for await (const event of engine.run(plan, signals(options.given))) {
      seen.push(event);
      for (const look of watchers) look();
    }
    return seen;
  };
  const ended = watch();
  return {
    id: plan.id,
    ended,
    saw: (isMeant) =>
      new Promise((found, missed) => {
        const look = (): void => {
          const event = seen.find(isMeant);
          if (event) found(event);
        };
        watchers.add(look);
        void ended.then(() => missed(new Error(`It ended without it: ${JSON.stringify(seen)}`)));
        look();
      }),
  };
}

const runs = (event: RunEvent): boolean => event.type === 'output' && event.text.includes('waiting');
const waits = (event: RunEvent): boolean => event.type === 'note' && event.message.startsWith('Waits for run ');

function jobOf(run: string, server = 'web1'): JobRecord {
  const job = engine.findRun(run).jobs.find((each) => each.server.name === server);
  if (!job) throw new Error(`The run has no job on ${server}`);
  return job;
}

/** The newest run that an engine of another process has made. */
function newest(): RunRecord {
  const [run] = engine.runs();
  if (!run) throw new Error('There is no run');
  return run;
}

const SUCCEEDED = { kind: 'succeeded', exitCode: 0 };

describe('queue', () => {
  test('a run waits for the one before it, stays queued, and says for what it waits', async () => {
    const { script, gate } = waitingEvent('queue');
    const [slow, quick] = [gate('slow'), gate('quick')];
    quick.open();
    const first = await start(script, slow);
    await first.saw(runs);
    const second = await start(script, quick);
    expect(await second.saw(waits)).toMatchObject({
      message: `Waits for run ${first.id.slice(0, 8)} of this event on web1`,
    });
    expect(jobOf(second.id)).toMatchObject({ phase: 'queued' });
    slow.open();
    expect(outputOf(await second.ended, 'web1')).toBe('waiting\ndone\n');
    await first.ended;
    expect(jobOf(second.id).startedAt).toBeGreaterThanOrEqual(jobOf(first.id).endedAt ?? Number.POSITIVE_INFINITY);
  });

  test('another event and another server wait for nothing', async () => {
    const { script, gate } = waitingEvent('queue');
    const [slow, quick] = [gate('slow'), gate('quick')];
    quick.open();
    const first = await start(script, slow);
    await first.saw(runs);
    const elsewhere = await start(script, quick, { on: ['web2'] });
    expect(outcomeOf(await elsewhere.ended, 'web2')).toEqual(SUCCEEDED);
    const other = await start(waitingEvent('queue').script, quick);
    expect(outcomeOf(await other.ended, 'web1')).toEqual(SUCCEEDED);
    slow.open();
    expect(outcomeOf(await first.ended, 'web1')).toEqual(SUCCEEDED);
  });

  test('runs of several processes take turns in the order in which they began', async () => {
    const { script, gate } = waitingEvent('queue');
    const [slow, quick] = [gate('slow'), gate('quick')];
    quick.open();
    const first = lab.start('run', script, '--on', 'web1', '--', slow.file);
    await first.saw('waiting');
    const firstId = newest().id;
    const second = await start(script, slow);
    await second.saw(waits);
    const third = lab.start('run', script, '--on', 'web1', '--json', '--', quick.file);
    await third.saw('planned');
    slow.open();
    const { code, stderr } = await third.ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`Waits for runs ${firstId.slice(0, 8)}, ${second.id.slice(0, 8)} of this event on web1`);
    const times = [firstId, second.id, newest().id].map((id) => jobOf(id).startedAt ?? 0);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect((await first.ended).code).toBe(0);
  });

  test('a run whose client was killed is waited for to its true end', async () => {
    const { script, gate } = waitingEvent('queue');
    const slow = gate('slow');
    const first = lab.start('run', script, '--on', 'web1', '--', slow.file);
    await first.saw('waiting');
    const firstId = newest().id;
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start(script, slow);
    await second.saw(waits);
    slow.open();
    expect(outcomeOf(await second.ended, 'web1')).toEqual(SUCCEEDED);
    expect(jobOf(firstId).outcome).toEqual(SUCCEEDED);
    expect(outputOf(await allOf(engine.follow(firstId, signals())), 'web1')).toBe('waiting\ndone\n');
  });

  test('a run that was killed while it waited holds nobody up', async () => {
    const { script, gate } = waitingEvent('queue');
    const slow = gate('slow');
    const first = await start(script, slow);
    await first.saw(runs);
    const second = lab.start('run', script, '--on', 'web1', '--verbose', '--json', '--', slow.file);
    await second.saw('planned');
    const secondId = newest().id;
    second.child.kill('SIGKILL');
    await second.ended;
    const third = await start(script, slow);
    slow.open();
    expect(outcomeOf(await third.ended, 'web1')).toEqual(SUCCEEDED);
    expect(jobOf(secondId).outcome).toMatchObject({ kind: 'broken', code: 'start/never' });
    await first.ended;
  });

  test('a cancel ends the waiting at once, and touches no server', async () => {
    const { script, gate } = waitingEvent('queue');
    const slow = gate('slow');
    const first = await start(script, slow);
    await first.saw(runs);
    const cancel = new AbortController();
    const second = await start(script, slow, { given: { cancel: cancel.signal } });
    await second.saw(waits);
    cancel.abort();
    expect((await second.ended).slice(-2)).toEqual([
      { type: 'settled', server: 'web1', outcome: { kind: 'cancelled' } },
      { type: 'finished', run: second.id, status: 'cancelled' },
    ]);
    const third = await start(script, slow);
    await third.saw(waits);
    expect((await lab.cli('cancel', third.id)).code).toBe(0);
    expect(outcomeOf(await third.ended, 'web1')).toEqual({ kind: 'cancelled' });
    expect(jobOf(first.id).outcome).toBeUndefined();
    slow.open();
    expect(outcomeOf(await first.ended, 'web1')).toEqual(SUCCEEDED);
  });
});

test('skip: a run ends at once, cancelled, and says which one goes on', async () => {
  const { script, gate } = waitingEvent('skip');
  const slow = gate('slow');
  const first = await start(script, slow);
  await first.saw(runs);
  const second = await start(script, slow, { on: ['web1', 'web2'] });
  const events = await second.ended;
  expect(events.filter(({ type }) => type === 'note')).toEqual([
    { type: 'note', message: `Skipped: run ${first.id.slice(0, 8)} of this event on web1 has not ended` },
  ]);
  expect(events.at(-1)).toEqual({ type: 'finished', run: second.id, status: 'cancelled' });
  slow.open();
  await first.ended;
  const third = await start(script, slow);
  expect(outcomeOf(await third.ended, 'web1')).toEqual(SUCCEEDED);
});

test('skip: a run whose client was killed and that has ended since is not in the way', async () => {
  const { script, gate } = waitingEvent('skip');
  const slow = gate('slow');
  const first = lab.start('run', script, '--on', 'web1', '--', slow.file);
  await first.saw('waiting');
  const firstId = newest().id;
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await start(script, slow);
  expect(outcomeOf(await second.ended, 'web1')).toEqual({ kind: 'cancelled' });
  slow.open();
  const [web1] = await engine.selectServers(['web1']);
  if (!web1) throw new Error('There is no web1');
  const { signal } = new AbortController();
  await expect.poll(async () => (await engine.health(web1, { signal })).jobs, { timeout: 10_000 }).toBe(0);
  const third = await start(script, slow);
  expect(outcomeOf(await third.ended, 'web1')).toEqual(SUCCEEDED);
  expect(jobOf(firstId).outcome).toEqual(SUCCEEDED);
});

test('cancelRunning: the run before, of this process or another, is cancelled; then the run begins', async () => {
  const { script, gate } = waitingEvent('cancelRunning');
  const [never, quick] = [gate('never'), gate('quick')];
  quick.open();
  const first = lab.start('run', script, '--on', 'web1', '--json', '--', never.file);
  await first.saw('waiting');
  const firstId = newest().id;
  const second = await start(script, never);
  await second.saw(runs);
  expect(jobOf(firstId).outcome).toMatchObject({ kind: 'cancelled' });
  expect((await first.ended).code).toBe(130);
  const third = await start(script, quick);
  expect(await third.saw(({ type }) => type === 'note')).toEqual({
    type: 'note',
    message: `Cancels run ${second.id.slice(0, 8)} of this event on web1`,
  });
  expect(outcomeOf(await third.ended, 'web1')).toEqual(SUCCEEDED);
  expect(outcomeOf(await second.ended, 'web1')).toMatchObject({ kind: 'cancelled' });
});

test('parallel: runs of one event run beside each other', async () => {
  const { script, gate } = waitingEvent('parallel');
  const slow = gate('slow');
  const first = await start(script, slow);
  await first.saw(runs);
  const second = await start(script, slow);
  await second.saw(runs);
  slow.open();
  expect(outcomeOf(await first.ended, 'web1')).toEqual(SUCCEEDED);
  expect(outcomeOf(await second.ended, 'web1')).toEqual(SUCCEEDED);
});

describe('cancel() of one server', () => {
  test('stops the script there and leaves the others, in this process', async () => {
    const { script, gate } = waitingEvent('parallel');
    const slow = gate('slow');
    const run = await start(script, slow, { on: ['web1', 'web2'] });
    for (const server of ['web1', 'web2'])
      await run.saw((event) => runs(event) && 'server' in event && event.server === server);
    const cancelled = await allOf(engine.cancel(run.id, signals(), { servers: ['web1'] }));
    expect(outcomeOf(cancelled, 'web1')).toMatchObject({ kind: 'cancelled' });
    expect(cancelled.at(-1)).toEqual({ type: 'finished', run: run.id, status: 'running' });
    expect(jobOf(run.id, 'web2').outcome).toBeUndefined();
    slow.open();
    const events = await run.ended;
    expect([outcomeOf(events, 'web1'), outcomeOf(events, 'web2')]).toMatchObject([{ kind: 'cancelled' }, SUCCEEDED]);
  });

  test('stops the script there and leaves the others, of another process', async () => {
    const { script, gate } = waitingEvent('parallel');
    const slow = gate('slow');
    const running = lab.start('run', script, '--on', 'web1,web2', '--json', '--', slow.file);
    await running.saw('waiting', 2);
    const { id } = newest();
    const { code, stderr } = await lab.cli('cancel', id, '--server', 'web2');
    expect([code, stderr.includes('web1')]).toEqual([0, false]);
    expect(jobOf(id, 'web2').outcome).toMatchObject({ kind: 'cancelled' });
    expect(jobOf(id, 'web1').outcome).toBeUndefined();
    slow.open();
    expect((await running.ended).code).toBe(3);
    expect(jobOf(id, 'web1').outcome).toEqual(SUCCEEDED);
  });

  test('ends a job that has not reached its server, of another process', async () => {
    const { script, gate } = waitingEvent('parallel');
    lab.servers[1]?.freeze();
    const running = lab.start('run', script, '--on', 'web2', '--json', '--', gate('never').file);
    await running.saw('connecting');
    const { code } = await lab.cli('cancel', newest().id);
    lab.servers[1]?.thaw();
    expect(code).toBe(0);
    expect((await running.ended).code).toBe(130);
  });
});
