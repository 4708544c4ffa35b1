import { expect } from 'vitest';
import type { JobEnd } from '../../../src/execution/job-context.ts';
import type { RemoteOpener } from '../../../src/runner/remote.ts';
import { JOB, runScripted, startScripted } from '../../fixtures/scripted-job.ts';
import { record, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';
import { calm } from './calm.ts';

const EXIT = '{"reason":"exited","code":0,"endedAt":2}';
const SUCCESS = { kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } };
const LOST = { kind: 'settled', outcome: { kind: 'lost' } };

async function run(
  opener: RemoteOpener,
): Promise<{ readonly end: JobEnd; readonly text: string; readonly notes: string }> {
  const { end, events } = await runScripted(opener);
  const text = events.map((event) => (event.type === 'output' ? event.text : '')).join('');
  return { end, text, notes: events.flatMap((event) => (event.type === 'note' ? event.message : [])).join('\n') };
}

/** Plays a runner whose log is `pieces`, each at its offset; whoever attaches anew gets the same from there. */
function sends(pieces: readonly { readonly offset: number; readonly bytes: Buffer }[]): RemoteOpener {
  const end = Math.max(...pieces.map(({ offset, bytes }) => offset + bytes.length));
  const state = { job: JOB.id, phase: 'ended', startedAt: 1, endedAt: 2, end, exit: { reason: 'exited', code: 0 } };
  const play = async (runner: ScriptedRunner): Promise<void> => {
    const send = (stream: number, from: number): void => {
      for (const { offset, bytes } of pieces) {
        const skip = Math.max(0, from - offset);
        if (skip < bytes.length) runner.log(stream, offset + skip, bytes.subarray(skip));
      }
      runner.endLog(stream);
    };
    runner.answer('attach', ({ stream, offset }) => {
      runner.say({ type: 'attached', job: JOB.id, stream, offset, end, state });
      send(Number(stream), Number(offset));
    });
    send(await startScripted(runner), 0);
  };
  return scriptedOpener((runner) => void play(runner));
}

const whole = (...records: readonly Buffer[]) => [{ offset: 0, bytes: Buffer.concat(records) }];
const begin = [record('START', 0, '{}'), record('OUT', 1, 'hello\n')];
const changed = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
};
const out = record('OUT', 2, 'damaged\n');

const LIES: Readonly<Record<string, { readonly log: ReturnType<typeof whole>; readonly end: object }>> = {
  'EXIT twice, the second one worse': {
    log: whole(...begin, record('EXIT', 2, EXIT), record('EXIT', 3, '{"reason":"exited","code":7,"endedAt":2}')),
    end: SUCCESS,
  },
  'output behind the EXIT': { log: whole(...begin, record('EXIT', 2, EXIT), record('OUT', 3, 'late\n')), end: SUCCESS },
  'garbage behind the EXIT': { log: whole(...begin, record('EXIT', 2, EXIT), Buffer.alloc(1_000, 0xff)), end: SUCCESS },
  'no EXIT at all': { log: whole(...begin), end: SUCCESS },
  'a number left out': { log: whole(...begin, record('EXIT', 3, EXIT)), end: LOST },
  'a number twice': { log: whole(...begin, record('EXIT', 1, EXIT)), end: LOST },
  'a number that goes back': { log: whole(...begin, record('EXIT', 0, EXIT)), end: LOST },
  'a number beyond all numbers': { log: whole(...begin, record('EXIT', Number.MAX_SAFE_INTEGER, EXIT)), end: LOST },
  'a length of 4 GiB': { log: whole(...begin, changed(out, 0, 0xff), record('EXIT', 3, EXIT)), end: LOST },
  'a length that is one too long': {
    log: whole(...begin, changed(out, 3, out.readUInt32BE() + 1), record('EXIT', 3, EXIT)),
    end: LOST,
  },
  'a length that is one too short': {
    log: whole(...begin, changed(out, 3, out.readUInt32BE() - 1), record('EXIT', 3, EXIT)),
    end: LOST,
  },
  'a record of type 0': { log: whole(...begin, changed(out, 4, 0), record('EXIT', 3, EXIT)), end: LOST },
  'a record of type 255': { log: whole(...begin, changed(out, 4, 255), record('EXIT', 3, EXIT)), end: LOST },
  'a changed byte': { log: whole(...begin, changed(out, 25, 0), record('EXIT', 3, EXIT)), end: LOST },
  'a wrong checksum': { log: whole(...begin, changed(out, out.length - 1, 0), record('EXIT', 3, EXIT)), end: LOST },
  'an EXIT that is no JSON': { log: whole(...begin, record('EXIT', 2, '{')), end: LOST },
  'an EXIT with another reason': { log: whole(...begin, record('EXIT', 2, '{"reason":"won"}')), end: LOST },
  'an EXIT whose code is a text': {
    log: whole(...begin, record('EXIT', 2, '{"reason":"exited","code":"0"}')),
    end: LOST,
  },
  'a NOTE that is a list': { log: whole(...begin, record('NOTE', 2, '[]'), record('EXIT', 3, EXIT)), end: LOST },
  'a GAP without numbers': {
    log: whole(...begin, record('GAP', 2, '{"from":"a"}'), record('EXIT', 3, EXIT)),
    end: LOST,
  },
};

for (const [what, { log, end: expected }] of Object.entries(LIES)) {
  fault(['T13', 'T16'], `a log with ${what} is what it is, and never more`, async () => {
    const quiet = calm();
    const { end, text } = await run(sends(log));
    expect(end).toMatchObject(expected);
    expect(text).toBe('hello\n');
    await quiet.isBack();
  });
}

fault('T13', 'what is missing in a log without a word is told, and what a GAP names only once', async () => {
  const head = Buffer.concat(begin);
  const tail = (seq: number) => record('EXIT', seq, EXIT);
  const silent = await run(
    sends([
      { offset: 0, bytes: head },
      { offset: 5_000, bytes: tail(9) },
    ]),
  );
  expect(silent.notes).toMatch(new RegExp(`^${5_000 - head.length} bytes of the log are missing`));
  const gap = record('GAP', 9, JSON.stringify({ from: head.length, to: 5_000, records: 7, lines: 3, bytes: 400 }));
  const named = await run(
    sends([
      { offset: 0, bytes: head },
      { offset: 5_000, bytes: Buffer.concat([gap, tail(10)]) },
    ]),
  );
  expect(named.notes).toMatch(/^400 bytes \(3 lines\)/);
  expect(named.notes).not.toMatch(/missing/);
});

fault(
  'T13',
  'bytes that fall out of the stream anywhere are never a silent hole',
  async ({ random }) => {
    const lines = Array.from({ length: 40 }, (_, index) => record('OUT', index + 1, `line ${index}\n`));
    const log = Buffer.concat([record('START', 0, '{}'), ...lines, record('EXIT', 41, EXIT)]);
    const all = lines.map((_, index) => `line ${index}\n`).join('');
    for (let count = 0; count < 10; count += 1) {
      const opener = sends([{ offset: 0, bytes: log }]);
      const cut = { at: random.whole(0, log.length - 2), bytes: random.whole(1, 400) };
      const { end, text } = await run(dropping(opener, cut));
      // The second connection brings the rest, from behind the last whole record.
      expect({ cut, end, isWhole: text === all }).toMatchObject({ end: SUCCESS, isWhole: true });
    }
  },
  { isSeeded: true, seeds: 3 },
);

/** Takes bytes out of what the runner says behind its first 600 bytes, as ssh2 does of what comes into a closed window. */
function dropping(opener: RemoteOpener, cut: { readonly at: number; readonly bytes: number }): RemoteOpener {
  let isFirst = true;
  return {
    open: async (command, options) => {
      const remote = await opener.open(command, options);
      if (!isFirst) return remote;
      isFirst = false;
      // What waits for the bytes that fell out waits until the connection goes.
      setTimeout(() => remote.close(), 100);
      const push = remote.stdout.push.bind(remote.stdout);
      let passed = 0;
      const from = 900 + cut.at;
      remote.stdout.push = (chunk: Buffer | null) => {
        if (chunk === null) return push(null);
        const kept = [...chunk].filter((_, index) => passed + index < from || passed + index >= from + cut.bytes);
        passed += chunk.length;
        return kept.length === 0 || push(Buffer.from(kept));
      };
      return remote;
    },
  };
}
