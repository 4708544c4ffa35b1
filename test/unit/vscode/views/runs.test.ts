import { expect, test } from 'vitest';
import type { JobRecord } from '../../../../src/domain/run.ts';
import type { LiveJob } from '../../../../src/vscode/live-jobs.ts';
import type { Row, Tip } from '../../../../src/vscode/views/row.ts';
import { runningBadge, runRow, runRows } from '../../../../src/vscode/views/runs.ts';
import { FAILED, jobOf, runOf, SUCCEEDED } from '../run.ts';

const deps = { moment: (at: number) => `at ${at}` };

function firstRow(jobs: readonly JobRecord[]): Row | undefined {
  return runRows([runOf(jobs)], deps).rows[0];
}

function jobLine(job: JobRecord, live?: LiveJob): readonly [string | undefined, number | undefined] {
  const [row] = runRow(runOf([job]), { ...deps, liveJob: () => live }).children ?? [];
  return [row?.description, row?.since];
}

function facts(row: Row): string[] {
  return (row.tooltip as Tip).facts.map(({ name, value }) => (name === undefined ? value : `${name}: ${value}`));
}

test('runRows() tells where each server of a running run stands, and counts it', () => {
  const jobs = [
    jobOf('web1', SUCCEEDED),
    jobOf('web2', { phase: 'deploying' }),
    jobOf('web3', { phase: 'running', startedAt: 700, cancelRequested: true }),
  ];
  const { rows, badge } = runRows([runOf(jobs)], deps);
  expect(badge).toEqual({ value: 1, tooltip: '1 run goes on' });
  const [row] = rows;
  expect([row?.description, row?.since, row?.afterCount]).toEqual(['1 of 3 done', 1_000, 'at 1000']);
  expect([row?.words, row?.icon.name, row?.isExpanded]).toEqual(['run active many', 'sync~spin', true]);
  expect(row?.children?.map(({ label, description, words, since }) => [label, description, words, since])).toEqual([
    ['web1', 'succeeded · 2.0 s', 'job', undefined],
    ['web2', 'deploying the runner', 'job active', 500],
    ['web3', 'cancelling', 'job active', 700],
  ]);
});

test('runRows() says of a finished run how it ended and how long it took', () => {
  const [good, bad] = [jobOf('web1', SUCCEEDED), jobOf('web2', FAILED)];
  const cancelled = jobOf('web3', { endedAt: 2_000, outcome: { kind: 'cancelled' } });
  const summaries = [[good], [good, bad], [bad], [cancelled]].map((jobs) => {
    const row = firstRow(jobs);
    return [row?.description, row?.icon.name, row?.words, row?.since];
  });
  expect(summaries).toEqual([
    ['succeeded · 2.0 s · at 1000', 'pass', 'run', undefined],
    ['1 of 2 succeeded · 4.0 s · at 1000', 'warning', 'run bad many', undefined],
    ['failed · 4.0 s · at 1000', 'error', 'run bad', undefined],
    ['cancelled · 1.0 s · at 1000', 'circle-slash', 'run bad', undefined],
  ]);
});

test('runRows() marks a run that goes on and has failed somewhere, so that it can be run again there', () => {
  expect(firstRow([jobOf('web1', FAILED), jobOf('web2')])?.words).toBe('run active bad many');
});

test('runRows() marks what has lost its server, so that it can be tried again at once', () => {
  const row = firstRow([jobOf('web1', SUCCEEDED), jobOf('web2', { phase: 'detached' })]);
  expect(row?.words).toBe('run active detached many');
  expect(row?.children?.map(({ words, icon }) => [words, icon.name])).toEqual([
    ['job', 'pass'],
    ['job active detached', 'debug-disconnect'],
  ]);
});

test('runRow() says what began a run, when no person did', () => {
  const jobs = [jobOf('web1', SUCCEEDED)];
  const descriptions = (['person', 'save', 'task', 'terminal'] as const).map(
    (trigger) => runRow(runOf(jobs, { trigger, ...(trigger === 'task' ? { replayOf: 'f00' } : {}) }), deps).description,
  );
  expect(descriptions).toEqual([
    'succeeded · 2.0 s · at 1000',
    'succeeded · 2.0 s · on save · at 1000',
    'succeeded · 2.0 s · task · replay · at 1000',
    'succeeded · 2.0 s · terminal · at 1000',
  ]);
});

test('runRow() tells how far a step is and why a job waits, and nothing of what the script says', () => {
  expect([
    jobLine(jobOf('web1'), { note: 'waits for run 12345678' }),
    jobLine(jobOf('web1', { phase: 'uploading' }), { progress: { done: 45, total: 100 } }),
    jobLine(jobOf('web1', { phase: 'running', startedAt: 600 }), { note: 'left out a.txt' }),
    jobLine(jobOf('web1', { phase: 'detached', startedAt: 600 })),
    jobLine(jobOf('web1', SUCCEEDED), { note: 'old' }),
  ]).toEqual([
    ['queued: waits for run 12345678', 500],
    ['uploading the payload 45 %', 500],
    ['running', 600],
    ['running, not attached', 600],
    ['succeeded · 2.0 s', undefined],
  ]);
});

test('runRow() tells why a run has not begun, and no more when it has', () => {
  const liveNote = () => 'Waits for run 12ab34cd';
  const descriptions = [[jobOf('web1'), jobOf('web2')], [jobOf('web1', { phase: 'connecting' })]].map(
    (jobs) => runRow(runOf(jobs), { ...deps, liveNote }).description,
  );
  expect(descriptions).toEqual(['queued: Waits for run 12ab34cd', 'running']);
});

test('runRow() shows over a run what ran, from which commit, and whose replay it is', () => {
  const git = { commit: 'c'.repeat(40), isDirty: true };
  const row = runRow(runOf([jobOf('web1', SUCCEEDED)], { git, replayOf: 'd'.repeat(32) }), deps);
  expect(facts(row)).toEqual([
    'succeeded',
    'Servers: web1',
    'Started: at 1000, by hand',
    'Took: 2.0 s',
    'Script: ops/restart.sh (bbbbbbbbbbbb)',
    'Payload: aaaaaaaaaaaa',
    'Commit: cccccccccccc, with changes that are not in it',
    'Replay of: run dddddddd',
    'Run: abcdef01',
  ]);
});

test('runRows() keeps the ids of its rows over the life of a run, so that what is open stays open', () => {
  const ids = (row: Row | undefined): unknown => [row?.id, row?.children?.map(({ id }) => id)];
  const before = firstRow([jobOf('web1')]);
  const after = firstRow([jobOf('web1', { ...SUCCEEDED, outcome: { kind: 'lost', message: 'gone' } })]);
  expect(ids(after)).toEqual(ids(before));
});

test('runRows() shows a name and a message of others without controls and line breaks', () => {
  const message = 'no\nroute \u202eevil\u001b[31m';
  const row = firstRow([jobOf('web\u001b[0m1', { outcome: { kind: 'broken', code: 'connect/x', message } })]);
  expect(row?.children?.map(({ label, description }) => [label, description])).toEqual([
    ['web1', 'broken: no route evil'],
  ]);
});

test('runningBadge() is there while something runs', () => {
  expect([0, 1, 2].map(runningBadge)).toEqual([
    undefined,
    { value: 1, tooltip: '1 run goes on' },
    { value: 2, tooltip: '2 runs go on' },
  ]);
});
