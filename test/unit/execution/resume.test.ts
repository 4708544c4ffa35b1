import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JobDeps, JobEnd } from '../../../src/execution/job-context.ts';
import { Pauses } from '../../../src/execution/pauses.ts';
import { resumeJob } from '../../../src/execution/resume.ts';
import { Sessions } from '../../../src/execution/sessions.ts';
import { openMirror } from '../../../src/store/mirror.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { artifacts, record, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { silentJournal } from './silent-journal.ts';

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
  await using sessions = new Sessions({
    artifacts: async () => artifacts,
    transport: () => opener as unknown as Transport,
    pin: () => undefined,
    journal: silentJournal,
  });
  const deps: JobDeps = {
    sessions,
    journal: { phase: () => {}, starting: async () => {}, settled: () => {} },
    install: '3'.repeat(32),
    openMirror: () => openMirror(logs),
    holdsPayload: () => true,
    payloadHeld: () => {},
    isRetryable: () => false,
    pauses: new Pauses(),
    random: () => 0,
  };
  const never = new AbortController().signal;
  const end = await resumeJob({ ...JOB, phase: 'starting', cancelRequested: false }, deps, {
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
