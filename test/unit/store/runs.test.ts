import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { idOf, planOf, serverOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

test('Runs.insert() writes the run with its jobs queued, in the order of the plan', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.runs.insert(planOf('one', ['web-2', 'web-1', 'db']), 1000);
  expect(store.runs.newest(5)).toEqual([
    {
      id: idOf('one'),
      eventId: 'scripts/restart.sh',
      eventName: 'Restart web',
      payloadSha256: 'ab'.repeat(32),
      scriptSha256: 'cd'.repeat(32),
      startedAt: 1000,
      jobs: ['web-2', 'web-1', 'db'].map((name) => ({
        id: idOf(`one/${name}`),
        runId: idOf('one'),
        server: serverOf(name),
        phase: 'queued',
        phaseAt: 1000,
        cancelRequested: false,
      })),
    },
  ]);
});

test('Runs.insert() writes all of a run or nothing', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one', ['a', 'b']);
  const twice = { ...plan, jobs: [...plan.jobs, ...plan.jobs] };
  expect(() => store.runs.insert(twice, 1)).toThrow('UNIQUE');
  expect(store.runs.newest(5)).toEqual([]);
  store.runs.insert(plan, 1);
});

test('Runs.newest() gives the newest first, also within a millisecond', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  for (const [name, at] of [
    ['b', 20],
    ['a', 10],
    ['c', 20],
    ['d', 30],
  ] as const) {
    store.runs.insert(planOf(name), at);
  }
  expect(store.runs.newest(3).map((run) => run.id)).toEqual(['d', 'c', 'b'].map(idOf));
});

test('Runs.find() gives every run whose id begins so', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const ids = ['abc0', 'abc1', 'abd0'].map((beginning) => beginning.padEnd(32, '0'));
  for (const [at, id] of ids.entries()) store.runs.insert({ ...planOf(id), id }, at);
  const check = (beginning: string, expected: readonly (string | undefined)[]) =>
    expect(store.runs.find(beginning).map((run) => run.id)).toEqual(expected);
  check('abc', [ids[1], ids[0]]);
  check('abc1', [ids[1]]);
  check(ids[2] ?? '', [ids[2]]);
  check('f', []);
  for (const nonsense of ['', '%', 'ab_', "a' OR 1", 'ABC', `${ids[2]}0`]) check(nonsense, []);
});
