import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Mask } from '../../../src/domain/mask/mask.ts';
import { OutputText } from '../../../src/domain/mask/output-text.ts';
import type { ExitReport } from '../../../src/domain/outcome.ts';
import type { Effects } from '../../../src/execution/effects.ts';
import type { JobDeps, JobEnd } from '../../../src/execution/job-context.ts';
import { resumeJob } from '../../../src/execution/resume.ts';
import { openMirror } from '../../../src/store/mirror.ts';
import { scriptedDeps } from '../../fixtures/job-deps.ts';
import { record, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { noDesk } from './no-desk.ts';
import { noEffects } from './no-effects.ts';

const folder = mkdtempSync(join(tmpdir(), 'cronium-resume-'));
afterAll(() => rmSync(folder, { recursive: true }));

const JOB = { id: '1'.repeat(32), server: { name: 'web', kind: 'ssh', address: 'web', tags: [] } } as const;
const TOMBSTONE = { job: JOB.id, phase: 'ended', end: 0, exit: { reason: 'cancelled' } };

/** Resumes a job that the store has as `starting`, on a server that does not know it. */
async function resumeUnknown(logs: string): Promise<{ end: JobEnd; heard: string[] }> {
  const opener = scriptedOpener((runner) => {
    runner.greet();
    const [re, job] = ['attach', JOB.id];
    runner.answer('attach', ({ stream }) =>
      runner.say({ type: 'refused', re, code: 'job/unknown', message: 'Unknown', job, stream }),
    );
    runner.answer('cancel', () => runner.say({ type: 'state', job, state: TOMBSTONE }));
  });
  await using scripted = scriptedDeps(opener, { logs });
  const never = new AbortController().signal;
  const end = await resumeJob({ ...JOB, phase: 'starting', cancelRequested: false }, scripted.deps, {
    signals: { cancel: never, leave: never },
    emit: async () => {},
  });
  return { end, heard: opener.runners.flatMap(({ heard }) => heard.map(({ type }) => type)) };
}

test('a start that its server has never heard of was never started, and never will be', async () => {
  const { end, heard } = await resumeUnknown(join(folder, 'nothing'));
  expect(end).toMatchObject({ kind: 'settled', outcome: { kind: 'broken', code: 'start/never' } });
  expect(heard).toContain('cancel');
});

test('a job with a log here has run, also when a power cut took back that it was running', async () => {
  const logs = join(folder, 'some');
  const mirror = openMirror(logs);
  mirror.write(0, record('START', 0, '{}'));
  mirror.close();
  const { end } = await resumeUnknown(logs);
  expect(end).toMatchObject({ kind: 'settled', outcome: { kind: 'lost' } });
});

test('a job whose end is here already gives what its script has set its effect before it ends', async () => {
  const logs = join(folder, 'ended');
  const mirror = openMirror(logs);
  mirror.write(0, Buffer.concat([record('START', 0, '{}'), record('OUTPUT', 1, '{"key":"url"}\n"http://a"')]));
  mirror.close();
  const applied: unknown[] = [];
  const effects: Effects = {
    ...noEffects,
    apply: (job, values, { seq }) => {
      applied.push(
        job,
        values.map(({ name, value }) => [name, value]),
        seq,
      );
      return [];
    },
  };
  const exit: ExitReport = { reason: 'exited', code: 0 };
  const maskOf = async (): Promise<Mask> => new Mask();
  const deps = { openMirror: () => openMirror(logs), maskOf, effects, desk: noDesk } as unknown as JobDeps;
  const never = new AbortController().signal;
  const job = { ...JOB, phase: 'running', cancelRequested: false, exit } as const;
  const end = await resumeJob(job, deps, { signals: { cancel: never, leave: never }, emit: async () => {} });
  expect(applied).toEqual([JOB.id, [['url', 'http://a']], 1]);
  expect(end).toEqual({ kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } });
});

test('what has come into the mirror since it was told is told before what comes', async () => {
  const logs = join(folder, 'grown');
  const log = ['one\n', 'two\n', 'three\n'].map((line, index) => record('OUT', index, line));
  const [one = Buffer.alloc(0), two = Buffer.alloc(0), three = Buffer.alloc(0)] = log;
  const exit = record('EXIT', 3, '{"reason":"exited","code":0,"endedAt":2}');
  const mirror = openMirror(logs);
  mirror.write(0, one);
  const text = new OutputText(new Mask());
  // Whoever followed it before goes on for a while.
  mirror.write(one.length, two);
  mirror.close();
  const opener = scriptedOpener((runner) => {
    runner.greet();
    runner.answer('attach', ({ stream, offset }) => {
      const state = { job: JOB.id, phase: 'running', startedAt: 1, end: 0 };
      runner.say({ type: 'attached', job: JOB.id, stream, offset, end: offset, state });
      runner.log(Number(stream), Number(offset), Buffer.concat([three, exit]));
      runner.endLog(Number(stream));
    });
  });
  await using scripted = scriptedDeps(opener, { logs });
  const never = new AbortController().signal;
  const told: string[] = [];
  const end = await resumeJob({ ...JOB, phase: 'running', cancelRequested: false }, scripted.deps, {
    signals: { cancel: never, leave: never },
    told: { text, place: { offset: one.length, seq: 1 } },
    emit: async (event) => {
      if (event.type === 'output') told.push(event.text);
    },
  });
  expect([told.join(''), end]).toEqual([
    'two\nthree\n',
    { kind: 'settled', outcome: { kind: 'succeeded', exitCode: 0 } },
  ]);
});
