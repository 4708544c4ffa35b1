import { expect, test } from 'vitest';
import { LiveJobs, percent } from '../../../src/vscode/live-jobs.ts';

test('LiveJobs keeps the latest word on a job until its phase is another', () => {
  const jobs = new LiveJobs();
  const changes = [
    jobs.take('run', { type: 'note', server: 'web1', message: 'waits' }),
    jobs.take('run', { type: 'note', server: 'web1', message: 'waits' }),
  ];
  expect(changes).toEqual([true, false]);
  expect(jobs.find('run', 'web1')).toEqual({ note: 'waits' });
  expect(jobs.take('run', { type: 'phase', server: 'web1', phase: 'connecting' })).toBe(true);
  expect(jobs.find('run', 'web1')).toBeUndefined();
  expect(jobs.take('run', { type: 'phase', server: 'web1', phase: 'running' })).toBe(false);
});

test('LiveJobs keeps why a run waits until it begins', () => {
  const jobs = new LiveJobs();
  const changes = [
    jobs.take('run', { type: 'note', message: 'Waits for run 12ab34cd' }),
    jobs.take('run', { type: 'note', message: 'Waits for run 12ab34cd' }),
  ];
  expect([changes, jobs.findNote('run')]).toEqual([[true, false], 'Waits for run 12ab34cd']);
  expect(jobs.take('run', { type: 'phase', server: 'web1', phase: 'connecting' })).toBe(true);
  expect(jobs.findNote('run')).toBeUndefined();
});

test('LiveJobs tells of progress when a list would show another number', () => {
  const jobs = new LiveJobs();
  const upload = (done: number) =>
    jobs.take('run', { type: 'phase', server: 'web1', phase: 'uploading', progress: { done, total: 1_000 } });
  expect([upload(100), upload(104), upload(110)]).toEqual([true, false, true]);
  expect(jobs.find('run', 'web1')).toEqual({ progress: { done: 110, total: 1_000 } });
});

test('LiveJobs forgets a job that is settled, and a run that is over', () => {
  const jobs = new LiveJobs();
  for (const server of ['web1', 'web2']) jobs.take('run', { type: 'note', server, message: 'waits' });
  jobs.take('run', { type: 'settled', server: 'web1', outcome: { kind: 'succeeded', exitCode: 0 } });
  expect([jobs.find('run', 'web1'), jobs.find('run', 'web2')]).toEqual([undefined, { note: 'waits' }]);
  jobs.forget('run');
  expect(jobs.find('run', 'web2')).toBeUndefined();
});

test('percent() is a whole number of what is known', () => {
  expect([percent(undefined), percent({ done: 1, total: 0 }), percent({ done: 999, total: 1_000 })]).toEqual([
    undefined,
    undefined,
    99,
  ]);
});
