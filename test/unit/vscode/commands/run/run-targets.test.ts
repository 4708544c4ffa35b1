import { expect, test } from 'vitest';
import { failedServers, isActive, latestOf, runTargets } from '../../../../../src/vscode/commands/run/run-targets.ts';
import type { Row, Target } from '../../../../../src/vscode/views/row.ts';
import { FAILED, jobOf, runOf, SUCCEEDED } from '../../run.ts';

function row(target: Target): Row {
  return { id: JSON.stringify(target), label: '', icon: { name: 'x' }, words: '', spoken: '', target };
}

const run = (id: string): Row => row({ kind: 'run', run: id });
const job = (id: string, server: string): Row => row({ kind: 'job', run: id, server });

test('runTargets() takes the servers of one run together', () => {
  expect(runTargets([job('a', 'web1'), job('b', 'web1'), job('a', 'web2')])).toEqual([
    { run: 'a', servers: ['web1', 'web2'] },
    { run: 'b', servers: ['web1'] },
  ]);
});

test('runTargets() takes a run whole when its own row is selected, before or after a server of it', () => {
  expect(runTargets([run('a'), job('a', 'web1')])).toEqual([{ run: 'a' }]);
  expect(runTargets([job('a', 'web1'), run('a')])).toEqual([{ run: 'a' }]);
});

test('runTargets() passes over rows of other views', () => {
  expect(runTargets([row({ kind: 'server', name: 'web1' })])).toEqual([]);
});

test('failedServers() are those that ended without success', () => {
  const lost = jobOf('web4', { outcome: { kind: 'lost', message: 'gone' } });
  const record = runOf([jobOf('web1', SUCCEEDED), jobOf('web2', FAILED), jobOf('web3'), lost]);
  expect(failedServers(record)).toEqual(['web2', 'web4']);
  expect(isActive(record)).toBe(true);
});

test('latestOf() is the last run of this window, else of this workspace, never of another', () => {
  const other = runOf([], { id: 'other', script: { root: '/elsewhere', path: 'a.sh' } });
  const older = runOf([], { id: 'older' });
  const { script: _script, ...unknown } = runOf([], { id: 'unknown' });
  const runs = [other, unknown, runOf([], { id: 'newer' }), older];
  const latest = (started: string | undefined, roots: readonly string[]) => latestOf(runs, { started, roots })?.id;
  expect([
    latest('older', ['/project']),
    latest('other', ['/project']),
    latest('gone', ['/project']),
    latest(undefined, ['/project']),
    latest(undefined, ['/third']),
  ]).toEqual(['older', 'other', 'newer', 'newer', undefined]);
});
