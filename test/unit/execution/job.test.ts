import { expect, test } from 'vitest';
import {
  ENDED,
  JOB,
  RUNNING,
  runScripted as run,
  startScripted as start,
  TOMBSTONE,
} from '../../fixtures/scripted-job.ts';
import { END, RESET, record, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';

const PAYLOAD = 'b'.repeat(64);

const LOG = Buffer.concat([
  record('START', 0, '{}'),
  record('OUT', 1, 'hello\n'),
  record('EXIT', 2, '{"reason":"exited","code":0,"endedAt":2}'),
]);

test('runJob() settles with the EXIT record, and says the phases before they begin', async () => {
  const opener = scriptedOpener(async (runner) => {
    const stream = await start(runner);
    runner.log(stream, 0, LOG);
    runner.endLog(stream);
  });
  const { end, phases, events } = await run(opener);
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } });
  expect(phases).toEqual(['connecting', 'starting', 'running']);
  expect(events).toContainEqual({ type: 'output', server: 'web', stream: 'stdout', text: 'hello\n' });
});

test('a log whose last record is here is acknowledged and not given up: its server ends it by itself', async () => {
  const opener = scriptedOpener(async (runner) => {
    const stream = await start(runner);
    runner.log(stream, 0, LOG);
    await runner.hears('ack');
    // Behind the end of a log nothing is the script's, and nothing is a reason to end the session.
    runner.log(stream, LOG.length, Buffer.from('more'));
    runner.endLog(stream);
  });
  const { end } = await run(opener);
  expect(end).toMatchObject({ kind: 'settled', outcome: { kind: 'succeeded' } });
  expect(opener.runners[0]?.heard.map(({ type }) => type)).not.toContain(RESET);
});

test('a boot that fails before anything was read is broken, never unknown', async () => {
  const ends = [];
  for (const why of ['platform Linux mips', 'base /a /b', 'size 12 0 /b']) {
    const { end } = await run(scriptedOpener((runner) => runner.fail(why)));
    ends.push(end.kind === 'settled' && end.outcome.kind === 'broken' ? end.outcome.code : end);
  }
  expect(ends).toEqual(['boot/platform', 'boot/base', 'boot/upload']);
});

test.each([{}, { TOKEN: 'x' }])(
  'a cancel while the runner is deployed ends the job, and no start is sent (%o)',
  async (secrets) => {
    const cancel = new AbortController();
    const opener = scriptedOpener(async (runner) => {
      runner.needRunner();
      await runner.hasUpload(100_000);
      cancel.abort();
      setImmediate(() => runner.installed());
    });
    const { end } = await run(opener, { cancel, secrets });
    expect(end).toEqual({ kind: 'settled', outcome: { kind: 'cancelled' } });
    expect(opener.runners[0]?.heard).toEqual([]);
  },
);

test('a cancel before the answer is sent to the server, whose tombstone is the end', async () => {
  const cancel = new AbortController();
  const opener = scriptedOpener(async (runner) => {
    runner.greet();
    await runner.hears('start');
    runner.say({ type: 'need', payload: PAYLOAD });
    cancel.abort();
    await runner.hears('cancel');
    runner.say({ type: 'state', job: JOB.id, state: TOMBSTONE });
  });
  const { end } = await run(opener, { cancel });
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'cancelled' } });
});

test('a runner that never confirms an upload holds nobody who wants to leave, and a cancel gets through', async () => {
  const silent = (then: () => void): ReturnType<typeof scriptedOpener> =>
    scriptedOpener(async (runner) => {
      runner.greet();
      await runner.hears('start');
      runner.say({ type: 'need', payload: PAYLOAD });
      runner.answer('cancel', () => runner.say({ type: 'state', job: JOB.id, state: TOMBSTONE }));
      await runner.hears(END);
      setImmediate(then);
    });
  const leave = new AbortController();
  expect(
    (
      await run(
        silent(() => leave.abort()),
        { leave },
      )
    ).end.kind,
  ).toBe('left');
  const cancel = new AbortController();
  const { end } = await run(
    silent(() => cancel.abort()),
    { cancel },
  );
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'cancelled' } });
});

/** Asks for the payload so many times, each time when it has got it, as a server does on which somebody cleans up just then. */
async function needAgain(runner: ScriptedRunner, times: number): Promise<number> {
  runner.greet();
  const { stream } = await runner.hears('start');
  runner.say({ type: 'need', payload: PAYLOAD });
  for (let count = 0; count < times; count += 1) {
    const { stream: put } = await runner.hears('put');
    await runner.hears(END, Number(put));
    runner.heard.length = 0;
    // In one piece: the client has no time between the two.
    runner.say({ type: 'stored', payload: PAYLOAD });
    if (count + 1 < times) runner.say({ type: 'need', payload: PAYLOAD });
  }
  return Number(stream);
}

test('a payload that is gone again before its script begins is uploaded once more', async () => {
  const opener = scriptedOpener(async (runner) => {
    const stream = await needAgain(runner, 2);
    runner.say({ type: 'started', job: JOB.id, state: RUNNING });
    runner.say({ type: 'attached', job: JOB.id, stream, offset: 0, end: 0, state: RUNNING });
    runner.log(stream, 0, LOG);
    runner.endLog(stream);
  });
  const { end, phases } = await run(opener);
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } });
  expect(phases).toEqual(['connecting', 'starting', 'uploading', 'starting', 'uploading', 'starting', 'running']);
});

test('a payload that does not stay is told as such, and a start that still waits for it is called back', async () => {
  const opener = scriptedOpener(async (runner) => {
    runner.answer('cancel', () => runner.say({ type: 'state', job: JOB.id, state: TOMBSTONE }));
    await needAgain(runner, 2);
    runner.say({ type: 'need', payload: PAYLOAD });
  });
  const { end } = await run(opener);
  expect(end).toMatchObject({
    kind: 'settled',
    outcome: {
      kind: 'broken',
      code: 'payload/absent',
      message: expect.stringMatching(/^Cannot start on "web": .*twice/),
    },
  });
});

test('what the runner refuses is broken', async () => {
  const opener = scriptedOpener(async (runner) => {
    runner.greet();
    await runner.hears('start');
    runner.say({ type: 'refused', re: 'start', code: 'disk/full', message: 'The disk is full', job: JOB.id });
  });
  const { end } = await run(opener);
  expect(end).toMatchObject({ kind: 'settled', outcome: { kind: 'broken', code: 'disk/full' } });
});

test('a start without an answer is never broken, and is sent again with the same id', async () => {
  const opener = scriptedOpener(
    async (runner) => {
      runner.greet();
      await runner.hears('start');
      runner.end({ kind: 'disconnected', message: 'The connection was lost' });
    },
    async (runner) => {
      runner.greet();
      await runner.hears('start');
      runner.end({ kind: 'disconnected', message: 'The connection was lost' });
    },
  );
  const { end } = await run(opener, { retries: 1 });
  expect(end.kind).toBe('left');
  expect(opener.runners.map(({ heard }) => heard[0]?.job)).toEqual([JOB.id, JOB.id]);
});

test('an end that runs ahead of its log settles nothing when the person leaves', async () => {
  const leave = new AbortController();
  const opener = scriptedOpener(async (runner) => {
    const stream = await start(runner);
    runner.say({ type: 'state', job: JOB.id, state: ENDED });
    runner.log(stream, 0, LOG.subarray(0, 40));
    setImmediate(() => leave.abort());
  });
  const { end, phases } = await run(opener, { leave });
  expect(end.kind).toBe('left');
  expect(phases.at(-1)).toBe('detached');
});

test('a runner that breaks the protocol in mid-run is attached again, behind the last whole record', async () => {
  const opener = scriptedOpener(
    async (runner) => {
      const stream = await start(runner);
      runner.log(stream, 0, LOG.subarray(0, 60));
      runner.sayRaw('[]');
    },
    async (runner) => {
      runner.greet();
      const { stream, offset } = await runner.hears('attach');
      runner.say({ type: 'attached', job: JOB.id, stream, offset, end: LOG.length, state: RUNNING });
      runner.log(Number(stream), Number(offset), LOG.subarray(Number(offset)));
      runner.endLog(Number(stream));
    },
  );
  const { end, events } = await run(opener);
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } });
  const text = events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
  expect(text).toBe('hello\n');
});

test('a log that is damaged in the same place again and again is lost, never a success', async () => {
  const torn = Buffer.from(LOG);
  torn[50] = (torn[50] ?? 0) ^ 0xff;
  const opener = scriptedOpener(async (runner) => {
    const stream = await start(runner);
    runner.answer('attach', ({ stream: next, offset }) => {
      runner.say({ type: 'attached', job: JOB.id, stream: next, offset, end: torn.length, state: ENDED });
      runner.log(Number(next), Number(offset), torn.subarray(Number(offset)));
    });
    runner.log(stream, 0, torn);
  });
  const { end } = await run(opener);
  expect(end).toMatchObject({ kind: 'settled', outcome: { kind: 'lost' } });
});
