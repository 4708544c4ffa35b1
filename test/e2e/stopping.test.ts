import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesOf } from '../fixtures/job-processes.ts';
import { jsonLines, type Lab, outcomeOf, outputOf, startLab } from '../fixtures/lab.ts';

/** Ignores TERM and HUP, and so do its child, its grandchild and a child in a session of its own; each carries the marker. */
const STUBBORN = `#!/bin/bash
trap '' TERM HUP INT
stubborn() { trap '' TERM HUP INT; while :; do sleep 1; done; }
(stubborn) &
( (stubborn) & wait ) &
setsid bash -c 'trap "" TERM HUP INT; while :; do sleep 1; done' "$CRONIUM_JOB" &
echo ready
while :; do sleep 1; done
`;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ servers: 2 });
});
afterAll(() => lab[Symbol.asyncDispose]());

test('a time limit ends a script that ignores TERM, its grandchildren and a child in its own session', async () => {
  const script = lab.script('stubborn.sh', STUBBORN);
  const { code, stdout } = await lab.cli('run', script, '--on', 'web1', '--timeout', '1s', '--json');
  expect(code).toBe(124);
  const settled = jsonLines(stdout).find(({ type }) => type === 'settled');
  expect(settled?.outcome).toMatchObject({ kind: 'timedOut' });
  expect(processesOf(lab)).toEqual([]);
});

test('the first Ctrl-C cancels on all servers and waits until these have confirmed', async () => {
  const running = lab.start('run', lab.script('stubborn.sh', STUBBORN), '--on', 'web1,web2', '--json');
  await running.saw('"web1","stream":"stdout","text":"ready');
  await running.saw('"web2","stream":"stdout","text":"ready');
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(stderr).toContain('press Ctrl-C again');
  expect(code).toBe(130);
  const settled = jsonLines(stdout).filter(({ type }) => type === 'settled');
  expect(settled.map(({ outcome }) => (outcome as { kind: string }).kind)).toEqual(['cancelled', 'cancelled']);
  expect(processesOf(lab)).toEqual([]);
});

test('the second Ctrl-C leaves the scripts to the servers and says how to come back', async () => {
  const script = lab.script('slow.sh', '#!/bin/sh\ntrap "" TERM\necho ready\nsleep 3 & wait; echo survived; sleep 1\n');
  const running = lab.start('run', script, '--on', 'web1', '--json');
  await running.saw('ready');
  running.child.kill('SIGINT');
  running.child.kill('SIGINT');
  const interrupted = new Promise<void>((resolve) => {
    const timer = setInterval(() => running.child.kill('SIGINT'), 50);
    void running.ended.then(() => {
      clearInterval(timer);
      resolve();
    });
  });
  await interrupted;
  const { stderr } = await running.ended;
  expect(stderr).toMatch(/cronium logs [0-9a-f]{8}/);
  const id = /cronium logs ([0-9a-f]{8})/.exec(stderr)?.[1] ?? '';
  const { stdout } = await lab.cli('logs', id);
  expect(stdout).toContain('ready');
});

test('cronium cancel stops a run that another process follows', async () => {
  const running = lab.start('run', lab.script('stubborn.sh', STUBBORN), '--on', 'web2', '--json');
  await running.saw('ready');
  const id = String(jsonLines((await lab.cli('runs', '--json')).stdout)[0]?.id);
  const cancelled = await lab.cli('cancel', id);
  expect(cancelled.code).toBe(0);
  expect(cancelled.stderr).toMatch(/web2 +cancelled/);
  const { code } = await running.ended;
  expect(code).toBe(130);
  expect(processesOf(lab)).toEqual([]);
});

test('a job that floods its stream delays neither its neighbour on the same session nor its own cancel', async () => {
  const cancel = new AbortController();
  const flooding = Promise.withResolvers<void>();
  const flood = lab.run(
    lab.script('flood.sh', '#!/bin/sh\nwhile :; do head -c 1000000 /dev/zero; sleep 0.02; done\n'),
    {
      on: ['web1'],
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.type === 'output') flooding.resolve();
      },
    },
  );
  await flooding.promise;
  const sessions = lab.servers[0]?.sessions();
  const neighbour = await lab.run(lab.script('near.sh', '#!/bin/sh\necho here\n'), { on: ['web1'] });
  expect(outputOf(neighbour, 'web1')).toBe('here\n');
  expect(lab.servers[0]?.sessions()).toBe(sessions);
  cancel.abort();
  expect(outcomeOf(await flood, 'web1')).toMatchObject({ kind: 'cancelled' });
});
