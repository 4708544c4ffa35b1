import { expect } from 'vitest';
import { ENDED, JOB, RUNNING, runScripted, startScripted } from '../../fixtures/scripted-job.ts';
import { record, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';

const START = record('START', 0, '{}');
const GOOD = '{"reason":"exited","code":0,"endedAt":2}';

/** Exits that no script can have. */
const IMPOSSIBLE_EXITS: readonly string[] = [
  '{}',
  '[]',
  'null',
  '0',
  '"exited"',
  '',
  '{"reason":"exited"}',
  '{"reason":"exited","code":-1,"endedAt":2}',
  '{"reason":"exited","code":256,"endedAt":2}',
  '{"reason":"exited","code":9223372036854775808,"endedAt":2}',
  '{"reason":"exited","code":1e999,"endedAt":2}',
  '{"reason":"exited","code":0.5,"endedAt":2}',
  '{"reason":"exited","code":"0","endedAt":2}',
  '{"reason":"exited","code":null,"endedAt":2}',
  '{"reason":"exited","code":[0],"endedAt":2}',
  '{"reason":"exited","code":0,"signal":"SIGKILL","endedAt":2}',
  '{"reason":"exited","signal":"","endedAt":2}',
  '{"reason":"exited","signal":"all is well\\nweb2  succeeded","endedAt":2}',
  '{"reason":"exited","signal":9,"endedAt":2}',
  '{"reason":"succeeded","code":0,"endedAt":2}',
  '{"reason":"__proto__","code":0}',
  '{"reason":["exited"],"code":0}',
  '{"__proto__":{"reason":"exited","code":0}}',
  `${GOOD}x`,
];

/** States that contradict themselves, as an answer to `start`. */
const IMPOSSIBLE_STATES: readonly object[] = [
  {},
  [],
  { ...ENDED, phase: 'succeeded' },
  { ...ENDED, phase: 'running' },
  { ...ENDED, phase: 7 },
  { ...ENDED, startedAt: undefined },
  { ...ENDED, startedAt: undefined, exit: { reason: 'timedOut', signal: 'SIGTERM' } },
  { ...ENDED, exit: undefined },
  { ...ENDED, exit: { reason: 'exited' } },
  { ...ENDED, exit: { reason: 'exited', code: 300 } },
  { ...ENDED, exit: null },
  { ...ENDED, end: -1 },
  { ...ENDED, end: 2 ** 60 },
  { ...ENDED, end: '0' },
  { ...ENDED, job: 7 },
  { ...RUNNING, startedAt: 'now' },
  { ...RUNNING, startedAt: -62_135_596_800_000_000 },
];

/** Logs that no runner writes. */
const IMPOSSIBLE_LOGS: Readonly<Record<string, Buffer>> = {
  'a number past all numbers': numbered(2n ** 63n),
  'a number that is skipped': Buffer.concat([START, record('EXIT', 2, GOOD)]),
  'a number that comes twice': Buffer.concat([START, record('OUT', 0, 'x'), record('EXIT', 1, GOOD)]),
  'an end without a log': record('EXIT', 1, GOOD),
  'an unknown type': typed(9),
  'type zero': typed(0),
  'a body past the limit': Buffer.concat([Buffer.from([0, 1, 0, 1, 8]), Buffer.alloc(70_000)]),
  'a note that is no JSON': Buffer.concat([START, record('NOTE', 1, 'not JSON'), record('EXIT', 2, GOOD)]),
  'a note without a message': Buffer.concat([START, record('NOTE', 1, '{"code":"x"}'), record('EXIT', 2, GOOD)]),
  'a gap of nothing countable': Buffer.concat([START, record('GAP', 1, '{"bytes":-1}'), record('EXIT', 2, GOOD)]),
  'a log without an end': Buffer.concat([START, record('OUT', 1, 'x')]),
  'nothing at all': Buffer.alloc(0),
  'a torn end': Buffer.concat([START, record('EXIT', 1, GOOD).subarray(0, -1)]),
};

fault('T22', 'an end that no script can have is never a success', async () => {
  for (const exit of IMPOSSIBLE_EXITS) {
    await expectNoSuccess(exit, Buffer.concat([START, record('EXIT', 1, exit)]));
  }
});

fault('T22', 'a log that no runner writes is never a success', async () => {
  for (const [name, log] of Object.entries(IMPOSSIBLE_LOGS)) await expectNoSuccess(name, log);
});

fault(['T17', 'T22'], 'a state that contradicts itself is never a success', async () => {
  for (const state of IMPOSSIBLE_STATES) {
    const { end } = await runScripted(
      scriptedOpener(async (runner) => {
        runner.greet();
        const { stream } = await runner.hears('start');
        runner.say({ type: 'started', job: JOB.id, state });
        runner.say({ type: 'attached', job: JOB.id, stream, offset: 0, end: 0, state });
        runner.endLog(Number(stream));
        setImmediate(() => runner.end({ kind: 'disconnected', message: 'The connection was lost' }));
      }, forgetful),
    );
    expect(outcomeKind(end), JSON.stringify(state)).toMatch(/^(left|lost|broken)$/);
  }
});

fault('T22', 'the first end stands: what comes behind it is not read', async () => {
  const behind = [
    record('EXIT', 2, '{"reason":"exited","code":3,"endedAt":3}'),
    record('OUT', 2, 'late\n'),
    Buffer.alloc(300, 255),
  ];
  for (const late of behind) {
    const { end, events } = await runScripted(
      scriptedOpener(async (runner) => {
        const stream = await startScripted(runner);
        runner.log(stream, 0, Buffer.concat([START, record('EXIT', 1, GOOD), late]));
        runner.endLog(stream);
      }, forgetful),
    );
    expect(end).toEqual({ kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } });
    expect(events.filter(({ type }) => type === 'output')).toEqual([]);
  }
});

fault('T22', "a server's word on other jobs and from other times changes nothing", async () => {
  const other = '9'.repeat(32);
  const { end } = await runScripted(
    scriptedOpener(async (runner) => {
      const stream = await startScripted(runner);
      runner.say({ type: 'state', job: other, state: { ...ENDED, job: other } });
      runner.say({ type: 'started', job: other, state: { ...ENDED, job: other } });
      runner.say({ type: 'stored', payload: 'c'.repeat(64) });
      runner.say({ type: 'refused', re: 'start', code: 'x', message: 'y', job: other });
      runner.say({ type: 'attached', job: JOB.id, stream: 77, offset: 0, end: 0, state: ENDED });
      runner.say({ type: 'from the future', job: JOB.id, at: 253_402_300_800_000_000 });
      runner.log(stream, 0, Buffer.concat([START, record('EXIT', 1, '{"reason":"exited","code":4,"endedAt":2}')]));
      runner.endLog(stream);
    }),
  );
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'failed', exitCode: 4 } });
});

/** Plays a log again and again, as often as it is asked for. */
async function expectNoSuccess(name: string, log: Buffer): Promise<void> {
  const play = async (runner: ScriptedRunner): Promise<void> => {
    const stream = await startScripted(runner);
    runner.answer('attach', ({ stream: next, offset }) => {
      runner.say({ type: 'attached', job: JOB.id, stream: next, offset, end: log.length, state: RUNNING });
      runner.log(Number(next), Number(offset), log.subarray(Number(offset)));
      runner.endLog(Number(next));
    });
    runner.log(stream, 0, log);
    runner.endLog(stream);
  };
  const { end } = await runScripted(scriptedOpener(play, forgetful));
  expect(outcomeKind(end), name).toMatch(/^(left|lost|broken)$/);
}

/** A runner that knows of no job. */
function forgetful(runner: ScriptedRunner): void {
  runner.greet();
  runner.answer('attach', ({ stream, job }) =>
    runner.say({ type: 'refused', re: 'attach', code: 'job/unknown', message: 'No such job', job, stream }),
  );
}

function outcomeKind(end: Awaited<ReturnType<typeof runScripted>>['end']): string {
  return end.kind === 'settled' ? end.outcome.kind : end.kind;
}

function numbered(seq: bigint): Buffer {
  const bytes = record('EXIT', 0, GOOD);
  bytes.writeBigUInt64BE(seq, 5);
  return bytes;
}

function typed(type: number): Buffer {
  const bytes = Buffer.from(record('EXIT', 0, GOOD));
  bytes.writeUInt8(type, 4);
  return bytes;
}
