import { expect, test } from 'vitest';
import type { JobRecord, RunRecord } from '../../../../src/domain/run.ts';
import type { Row } from '../../../../src/vscode/views/row.ts';
import { runRows } from '../../../../src/vscode/views/runs.ts';

const deps = { moment: (at: number) => `at ${at}` };

function job(name: string, fields: Partial<JobRecord> = {}): JobRecord {
  const server = { name, kind: 'ssh', address: name, tags: [] } as const;
  return { id: `job-${name}`, runId: 'run', server, phase: 'queued', phaseAt: 0, cancelRequested: false, ...fields };
}

function run(jobs: readonly JobRecord[]): RunRecord {
  return {
    id: 'abcdef0123456789abcdef0123456789',
    eventId: 'restart.sh',
    eventName: 'Restart web',
    payloadSha256: '',
    scriptSha256: '',
    startedAt: 1_000,
    jobs,
  };
}

const succeeded = { phase: 'running', startedAt: 1_000, endedAt: 3_000 } as const;

function firstRow(jobs: readonly JobRecord[]): Row | undefined {
  return runRows([run(jobs)], deps).rows[0];
}

test('runRows() tells where each server of a running run stands, and counts it', () => {
  const jobs = [
    job('web1', { ...succeeded, outcome: { kind: 'succeeded', exitCode: 0 } }),
    job('web2', { phase: 'deploying' }),
    job('web3', { phase: 'running', cancelRequested: true }),
  ];
  const { rows, badge } = runRows([run(jobs)], deps);
  expect(badge).toEqual({ value: 1, tooltip: '1 run goes on' });
  const [row] = rows;
  expect([row?.description, row?.words, row?.icon.name, row?.isExpanded]).toEqual([
    '1 of 3 done · at 1000',
    'run active',
    'sync~spin',
    true,
  ]);
  expect(row?.children?.map(({ label, description, words }) => [label, description, words])).toEqual([
    ['web1', 'succeeded · 2.0 s', 'job'],
    ['web2', 'deploying the runner', 'job active'],
    ['web3', 'cancelling', 'job active'],
  ]);
});

test('runRows() says of a finished run how it ended and how long it took', () => {
  const good = job('web1', { ...succeeded, outcome: { kind: 'succeeded', exitCode: 0 } });
  const bad = job('web2', { ...succeeded, endedAt: 5_000, outcome: { kind: 'failed', exitCode: 3 } });
  const cancelled = job('web3', { endedAt: 2_000, outcome: { kind: 'cancelled' } });
  const summaries = [[good], [good, bad], [bad], [cancelled]].map((jobs) => {
    const row = firstRow(jobs);
    return [row?.description, row?.icon.name, row?.words];
  });
  expect(summaries).toEqual([
    ['succeeded · 2.0 s · at 1000', 'pass', 'run'],
    ['1 of 2 succeeded · 4.0 s · at 1000', 'warning', 'run'],
    ['failed · 4.0 s · at 1000', 'error', 'run'],
    ['cancelled · 1.0 s · at 1000', 'circle-slash', 'run'],
  ]);
});

test('runRows() keeps the ids of its rows over the life of a run, so that what is open stays open', () => {
  const ids = (row: Row | undefined): unknown => [row?.id, row?.children?.map(({ id }) => id)];
  const before = firstRow([job('web1')]);
  const after = firstRow([job('web1', { ...succeeded, outcome: { kind: 'lost', message: 'gone' } })]);
  expect(ids(after)).toEqual(ids(before));
});

test('runRows() shows a name and a message of others without controls and line breaks', () => {
  const message = 'no\nroute \u202eevil\u001b[31m';
  const row = firstRow([job('web\u001b[0m1', { outcome: { kind: 'broken', code: 'connect/x', message } })]);
  expect(row?.children?.map(({ label, description }) => [label, description])).toEqual([
    ['web1', 'broken: no route evil'],
  ]);
});
