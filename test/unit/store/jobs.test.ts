import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { JobOutcome } from '../../../src/domain/outcome.ts';
import { newOwner, type Owner } from '../../../src/store/owner.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type Child, kill, startChild } from './child.ts';
import { idOf, planOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

const JOB = idOf('one/web-1');

describe('Jobs', () => {
  test('setPhase() notes the phase, and the first running as the start', () => {
    using fixture = storeWithRun();
    const { store, job } = fixture;
    store.jobs.setPhase(JOB, 'connecting', 10);
    expect(job()).toMatchObject({ phase: 'connecting', phaseAt: 10 });
    expect(job()).not.toHaveProperty('startedAt');
    store.jobs.setPhase(JOB, 'running', 20);
    store.jobs.setPhase(JOB, 'detached', 30);
    store.jobs.setPhase(JOB, 'running', 40);
    expect(job()).toMatchObject({ phase: 'running', phaseAt: 40, startedAt: 20 });
  });

  test('settle() is the end: the first outcome stands, and nothing moves after it', () => {
    using fixture = storeWithRun();
    const { store, job } = fixture;
    const outcome: JobOutcome = { kind: 'failed', exitCode: 3 };
    expect(store.jobs.settle(JOB, outcome, 50)).toBe(true);
    expect(store.jobs.settle(JOB, { kind: 'lost', message: 'late' }, 60)).toBe(false);
    store.jobs.setPhase(JOB, 'running', 70);
    expect(job()).toMatchObject({ phase: 'queued', endedAt: 50, outcome, cancelRequested: false });
    expect(job()).not.toHaveProperty('startedAt');
  });

  test('setPhase() and settle() throw for a job that was never planned', () => {
    using fixture = storeWithRun();
    const { store } = fixture;
    expect(() => store.jobs.setPhase(idOf('other'), 'running', 1)).toThrow('No job');
    expect(() => store.jobs.settle(idOf('other'), { kind: 'cancelled' }, 1)).toThrow('No job');
  });

  test('requestCancel() marks those of the jobs that are unfinished until they settle', () => {
    using fixture = storeWithRun(['web-1', 'web-2', 'web-3']);
    const { store } = fixture;
    store.runs.insert(planOf('two'), 2);
    store.jobs.settle(idOf('one/web-2'), { kind: 'succeeded', exitCode: 0 }, 5);
    store.jobs.requestCancel(['one/web-1', 'one/web-2', 'one/web-3'].map(idOf));
    expect(store.jobs.cancelRequested().sort()).toEqual(['one/web-1', 'one/web-3'].map(idOf).sort());
    store.jobs.settle(idOf('one/web-3'), { kind: 'cancelled' }, 6);
    expect(store.jobs.find(idOf('one/web-1'))?.cancelRequested).toBe(true);
    expect(store.runs.newest(2).map((run) => run.jobs.map((job) => job.cancelRequested))).toEqual([
      [false],
      [true, false, false],
    ]);
  });

  test('unfinished() gives the jobs without an outcome, oldest run first', () => {
    using fixture = storeWithRun(['web-1', 'web-2']);
    const { store } = fixture;
    store.runs.insert(planOf('older', ['db']), 0);
    store.jobs.settle(JOB, { kind: 'cancelled' }, 5);
    expect(store.jobs.unfinished().map((job) => job.id)).toEqual([idOf('older/db'), idOf('one/web-2')]);
  });

  test('inTheWayOf() gives open jobs of earlier runs of the same event on the same servers, the earliest first', () => {
    using fixture = storeWithRun(['web-1', 'web-2', 'web-3']);
    const { store } = fixture;
    store.jobs.settle(idOf('one/web-2'), { kind: 'cancelled' }, 1);
    store.runs.insert(planOf('two', ['web-3', 'web-1']), 2);
    const elsewhere = { root: '/other', path: 'scripts/restart.sh' };
    store.runs.insert({ ...planOf('other-folder', ['web-1']), script: elsewhere }, 2);
    store.runs.insert({ ...planOf('other-event', ['web-1']), eventId: 'cronium.yaml#restart' }, 2);
    store.runs.insert(planOf('mine', ['web-1', 'web-2', 'db']), 3);
    store.runs.insert(planOf('later', ['web-1']), 4);
    const inTheWay = (run: string) => store.jobs.inTheWayOf(idOf(run)).map(({ id }) => id);
    expect(inTheWay('mine')).toEqual(['one/web-1', 'two/web-1'].map(idOf));
    expect(inTheWay('two')).toEqual(['one/web-1', 'one/web-3'].map(idOf));
    expect(inTheWay('one')).toEqual([]);
    store.jobs.settle(idOf('one/web-1'), { kind: 'cancelled' }, 5);
    expect(inTheWay('mine')).toEqual([idOf('two/web-1')]);
  });

  test('keeps every kind of outcome as it is', () => {
    const outcomes: JobOutcome[] = [
      { kind: 'succeeded', exitCode: 0 },
      { kind: 'failed', signal: 'SIGKILL' },
      { kind: 'timedOut', exitCode: 143 },
      { kind: 'cancelled' },
      { kind: 'broken', code: 'connect/denied', message: 'Cannot log in: "no"' },
      { kind: 'lost', message: 'server rebooted ☠' },
    ];
    using fixture = storeWithRun(outcomes.map((_, index) => `s${index}`));
    for (const [index, outcome] of outcomes.entries()) fixture.store.jobs.settle(idOf(`one/s${index}`), outcome, 1);
    expect(fixture.store.runs.newest(1)[0]?.jobs.map((job) => job.outcome)).toEqual(outcomes);
  });
});

describe('Jobs.claimNew()', () => {
  const lease = { now: 0, leaseMs: 100 };

  test('gives all jobs to one owner, or none of them', () => {
    using fixture = storeWithRun();
    const { jobs, runs } = fixture.store;
    runs.insert(planOf('two', ['s1', 's2']), 1);
    const [first, second] = [newOwner(), newOwner()];
    const both = [idOf('two/s1'), idOf('two/s2')];
    expect(jobs.claimNew(both, first, lease)).toBe(true);
    expect(jobs.claimNew([JOB, ...both], second, lease)).toBe(false);
    expect(jobs.claimNew([JOB, idOf('unknown')], second, lease)).toBe(false);
    expect(jobs.renew([JOB, ...both], second, lease)).toBe(0);
    expect(jobs.renew([JOB, ...both], first, lease)).toBe(2);
    jobs.release([JOB, ...both], second);
    expect(jobs.renew(both, first, lease)).toBe(2);
  });

  test('gives no job that has its outcome', () => {
    using fixture = storeWithRun();
    fixture.store.jobs.settle(JOB, { kind: 'cancelled' }, 1);
    expect(fixture.store.jobs.claimNew([JOB], newOwner(), lease)).toBe(false);
  });
});

describe('Jobs.claim()', () => {
  const lease = (now: number) => ({ now, leaseMs: 100 });

  test('gives a job to one owner until the lease ends or it is released', () => {
    using fixture = storeWithRun();
    const { jobs } = fixture.store;
    const elsewhere = { place: 'another machine' };
    const [first, second] = [
      { ...newOwner(), ...elsewhere },
      { ...newOwner(), ...elsewhere },
    ];
    expect(jobs.claim(JOB, first, lease(0))).toBe(true);
    expect(jobs.claim(JOB, second, lease(99))).toBe(false);
    expect(jobs.claim(JOB, first, lease(50))).toBe(true);
    expect(jobs.claim(JOB, second, lease(149))).toBe(false);
    expect(jobs.claim(JOB, second, lease(150))).toBe(true);
    expect(jobs.renew([JOB], first, lease(151))).toBe(0);
    jobs.release([JOB], first);
    expect(jobs.claim(JOB, first, lease(152))).toBe(false);
    expect(jobs.renew([JOB], second, lease(300))).toBe(1);
    jobs.release([JOB], second);
    expect(jobs.claim(JOB, first, lease(301))).toBe(true);
    // The clock was set back: what is left of a lease is never longer than a lease.
    expect(jobs.claim(JOB, second, lease(200))).toBe(true);
  });

  test('leaves a job to an owner that lives but was stopped, for five minutes more', () => {
    using fixture = storeWithRun();
    const { jobs } = fixture.store;
    jobs.claim(JOB, newOwner(), lease(0));
    expect(jobs.claim(JOB, newOwner(), lease(299_000))).toBe(false);
    expect(jobs.claim(JOB, newOwner(), lease(300_200))).toBe(true);
  });

  test('gives no job that has its outcome', () => {
    using fixture = storeWithRun();
    const { jobs } = fixture.store;
    const owner = newOwner();
    jobs.claim(JOB, owner, lease(0));
    jobs.settle(JOB, { kind: 'cancelled' }, 1);
    expect([jobs.claim(JOB, owner, lease(2)), jobs.renew([JOB], owner, lease(2))]).toEqual([false, 0]);
    expect(jobs.claim(idOf('unknown'), owner, lease(2))).toBe(false);
  });

  test('takes a job at once from an owner that is known to be dead, and from no other', () => {
    const me = newOwner();
    const deadPid = spawnSync('true').pid;
    const check = (owner: Partial<Owner>, expected: boolean) => {
      using fixture = storeWithRun();
      const { jobs } = fixture.store;
      jobs.claim(JOB, { ...me, id: idOf('other'), ...owner }, lease(0));
      expect([owner, jobs.claim(JOB, me, lease(1))]).toEqual([owner, expected]);
    };
    check({}, false);
    check({ pid: deadPid }, true);
    check({ pid: deadPid, place: 'another machine' }, false);
    if (process.platform === 'linux') check({ startTicks: 1 }, true);
  });

  test('gives each job to exactly one of several processes that try at once', { timeout: 20_000 }, async () => {
    using fixture = storeWithRun(Array.from({ length: 60 }, (_, index) => `s${index}`));
    const { store, dir } = fixture;
    const children = Array.from({ length: 4 }, () => startChild('claim', [dir]));
    for (const child of children) expect((await child.lines.next()).value).toBe('ready');
    for (const child of children) child.process.stdin?.write('go\n');
    const claimed = await Promise.all(children.map(upToDone));
    expect(claimed.flat().sort()).toEqual(
      store.jobs
        .unfinished()
        .map((job) => job.id)
        .sort(),
    );

    // All owners are alive, so nothing is free; the jobs of the one that dies are, at once.
    const me = newOwner();
    const now = Date.now();
    const free = (jobs: readonly string[]) => jobs.filter((job) => store.jobs.claim(job, me, lease(now)));
    expect(free(claimed.flat())).toEqual([]);
    const [victim, ...others] = children as [Child, ...Child[]];
    await kill(victim);
    expect(free(claimed.flat())).toEqual(claimed[0]);
    await Promise.all(others.map(end));
  });
});

async function upToDone(child: Child): Promise<string[]> {
  const jobs: string[] = [];
  for await (const line of { [Symbol.asyncIterator]: () => ({ next: () => child.lines.next() }) }) {
    if (line === 'done') break;
    jobs.push(line);
  }
  return jobs;
}

async function end(child: Child): Promise<void> {
  child.process.stdin?.end();
  await once(child.process, 'exit');
}

function storeWithRun(servers: readonly string[] = ['web-1']): Disposable & {
  readonly store: Store;
  readonly dir: string;
  job(): unknown;
} {
  const dir = tempDir();
  const store = openStore(dir.path);
  store.runs.insert(planOf('one', servers), 1);
  return {
    store,
    dir: dir.path,
    job: () => store.runs.newest(1)[0]?.jobs[0],
    [Symbol.dispose]: () => {
      store[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}
