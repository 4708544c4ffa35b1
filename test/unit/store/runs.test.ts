import { describe, expect, test } from 'vitest';
import type { JobPlan } from '../../../src/domain/run.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
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
      script: { root: '/project', path: 'scripts/restart.sh' },
      trigger: 'person',
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

test('Runs.newest() gives what a run is now, until it is over and when it is gone', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.runs.insert(planOf('one', ['a', 'b']), 1);
  const ends = () => store.runs.newest(9).map(({ jobs }) => jobs.map(({ outcome }) => outcome?.kind));
  expect(ends()).toEqual([[undefined, undefined]]);
  store.jobs.settle(idOf('one/a'), { kind: 'cancelled' }, 2);
  expect(ends()).toEqual([['cancelled', undefined]]);
  store.jobs.settle(idOf('one/b'), { kind: 'succeeded', exitCode: 0 }, 3);
  expect(ends()).toEqual([['cancelled', 'succeeded']]);
  expect(ends()).toEqual([['cancelled', 'succeeded']]);
  store.runs.insert(planOf('two', ['a']), 4);
  expect(ends()).toEqual([[undefined], ['cancelled', 'succeeded']]);
  store.runs.remove([idOf('one')]);
  expect(ends()).toEqual([[undefined]]);
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

test('Runs.insert() keeps by whom, from which commit and of which run', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const git = { commit: 'ef'.repeat(20), isDirty: true };
  store.runs.insert({ ...planOf('one'), trigger: 'save', git, replayOf: idOf('zero') }, 1);
  expect(store.runs.newest(1)[0]).toMatchObject({ trigger: 'save', git, replayOf: idOf('zero') });
});

test('Runs.keptPlan() gives what repeats the run, with the names of its secrets and not their values', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2']);
  const [first, second] = plan.jobs as [JobPlan, JobPlan];
  const own = { args: ['web-2'], env: { NAME: 'web-2' } };
  const spec = { ...plan.spec, args: ['a b', ''], env: { MODE: 'x' }, input: { deep: [1, null] } };
  store.runs.insert({ ...plan, spec, jobs: [first, { ...second, own }], overlap: 'skip' }, 1);
  expect(store.runs.keptPlan(plan.id)).toEqual({
    spec: {
      args: ['a b', ''],
      env: { MODE: 'x' },
      input: { deep: [1, null] },
      timeoutMs: 1000,
      graceMs: 1000,
      onDisconnect: { kind: 'continue' },
      secrets: ['TOKEN'],
      overlap: 'skip',
      parallel: 10,
      retries: 3,
    },
    payloadSize: 321,
    own: new Map([[second.id, own]]),
  });
  expect(store.runs.keptPlan(idOf('other'))).toBeUndefined();
});

describe('Runs.expired()', () => {
  const expired = (store: Store, options: { keep: number; before: number; limit?: number }): string[] =>
    store.runs.expired({ limit: 99, ...options }).map(({ id }) => id);

  test('gives the runs that are over, beyond the newest or older than the time, oldest first', () => {
    using dir = tempDir();
    using store = openStore(dir.path);
    for (const [at, name] of ['a', 'b', 'c', 'd'].entries()) insertOver(store, name, at);
    expect(expired(store, { keep: 9, before: 0 })).toEqual([]);
    expect(expired(store, { keep: 2, before: 0 })).toEqual(['a', 'b'].map(idOf));
    expect(expired(store, { keep: 2, before: 0, limit: 1 })).toEqual([idOf('a')]);
    expect(expired(store, { keep: 9, before: 3 })).toEqual(['a', 'b', 'c'].map(idOf));
    expect(expired(store, { keep: 0, before: 0 })).toEqual(['a', 'b', 'c', 'd'].map(idOf));
  });

  test('gives no run of which a job has not ended', () => {
    using dir = tempDir();
    using store = openStore(dir.path);
    store.runs.insert(planOf('open', ['web-1', 'web-2']), 0);
    store.jobs.settle(idOf('open/web-1'), { kind: 'cancelled' }, 1);
    insertOver(store, 'over', 1);
    expect(expired(store, { keep: 0, before: 99 })).toEqual([idOf('over')]);
  });
});

test('Runs.remove() forgets runs with their jobs, but none that has an open job', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.runs.insert(planOf('open'), 0);
  insertOver(store, 'over', 1);
  expect(store.runs.remove(['open', 'over', 'unknown'].map(idOf))).toEqual([idOf('over')]);
  expect(store.runs.newest(9).map(({ id }) => id)).toEqual([idOf('open')]);
  expect(store.jobs.find(idOf('over/web-1'))).toBeUndefined();
});

test('Payloads.keepNamed() forgets what no run names, and where that is', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const [kept, gone] = ['1'.repeat(64), '2'.repeat(64)] as const;
  insertOver(store, 'kept', 1, kept);
  insertOver(store, 'gone', 2, gone);
  for (const sha256 of [kept, gone]) store.servers.recordPayloadOn('web', sha256, 1);
  store.runs.remove([idOf('gone')]);
  expect(store.payloads.keepNamed()).toEqual(new Set([kept]));
  expect([kept, gone].map((sha256) => store.servers.holdsPayload('web', sha256))).toEqual([true, false]);
  insertOver(store, 'again', 3, gone);
});

function insertOver(store: Store, name: string, at: number, sha256 = 'ab'.repeat(32)): void {
  const plan = planOf(name);
  store.runs.insert({ ...plan, payload: { ...plan.payload, sha256 } }, at);
  for (const { id } of plan.jobs) store.jobs.settle(id, { kind: 'succeeded', exitCode: 0 }, at);
}
