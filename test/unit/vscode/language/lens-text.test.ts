import { expect, test } from 'vitest';
import type { JobOutcome } from '../../../../src/domain/outcome.ts';
import type { RunRecord } from '../../../../src/domain/run.ts';
import { lastRunLens, lastRuns, runLens, runOnLens } from '../../../../src/vscode/language/lens-text.ts';

const succeeded: JobOutcome = { kind: 'succeeded', exitCode: 0 };
const failed: JobOutcome = { kind: 'failed', exitCode: 3 };
const cancelled: JobOutcome = { kind: 'cancelled' };

function runOf(outcomes: readonly (JobOutcome | undefined)[], fields: Partial<RunRecord> = {}): RunRecord {
  const jobs = outcomes.map((outcome, index) => ({
    id: `job-${index}`,
    runId: 'run',
    server: { name: `web${index}`, kind: 'ssh' as const, address: `web${index}`, tags: [] },
    phase: 'running' as const,
    phaseAt: 0,
    startedAt: 1_000,
    cancelRequested: false,
    ...(outcome ? { outcome, endedAt: 13_000 } : {}),
  }));
  return {
    id: 'run',
    eventId: 'restart.sh',
    eventName: 'Restart',
    script: { root: '/project', path: 'restart.sh' },
    trigger: 'person',
    payloadSha256: '',
    scriptSha256: '',
    startedAt: 1_000,
    jobs,
    ...fields,
  };
}

test('runLens() names the servers, at most three of them', () => {
  const title = (servers: readonly string[]): string | undefined => runLens(servers)?.title;
  expect(title(['web1', '@db'])).toBe('$(play)\u00a0Run on web1, @db');
  expect(title(['a', 'b', 'c', 'd', 'e'])).toBe('$(play)\u00a0Run on a, b, c and 2 more');
  expect(runLens(['a', 'b', 'c', 'd', 'e'])?.tooltip).toBe('Run on a, b, c, d, e');
});

test('runLens() is absent for an event that names no server, and the other lens runs it', () => {
  expect(runLens([])).toBeUndefined();
  expect(runOnLens([]).title).toBe('$(play)\u00a0Run on…');
  expect(runOnLens(['web1']).title).toBe('Run on…');
});

test('runLens() shows names as they are: no icons, no controls', () => {
  expect(runLens(['$(error)\u202e web'])?.title).toBe('$(play)\u00a0Run on $ (error) web');
});

test('lastRunLens() counts the servers and says how long it took', () => {
  const title = (outcomes: readonly (JobOutcome | undefined)[]): string => lastRunLens(runOf(outcomes), 20_000).title;
  expect(title([succeeded, succeeded, succeeded])).toBe('$(pass)\u00a03/3 · 12.0 s');
  expect(title([succeeded, failed, failed])).toBe('$(warning)\u00a01/3 · 12.0 s');
  expect(title([failed, failed])).toBe('$(error)\u00a00/2 · 12.0 s');
  expect(title([cancelled])).toBe('$(circle-slash)\u00a0cancelled · 12.0 s');
  expect(title([succeeded, undefined])).toBe('$(sync~spin)\u00a01/2 done');
});

test('lastRuns() keeps the newest run of each event of each folder', () => {
  const newest = runOf([succeeded], { id: 'newest' });
  const older = runOf([failed], { id: 'older' });
  const elsewhere = runOf([failed], { id: 'elsewhere', script: { root: '/other', path: 'restart.sh' } });
  const { script: _, ...unknown } = runOf([failed], { id: 'unknown' });
  const latest = lastRuns([newest, older, elsewhere, unknown]);
  expect([...latest].map(([key, { id }]) => [key, id])).toEqual([
    ['/project\nrestart.sh', 'newest'],
    ['/other\nrestart.sh', 'elsewhere'],
  ]);
});
