import { expect, test } from 'vitest';
import { Claims } from '../../../src/app/claims.ts';
import { newOwner } from '../../../src/store/owner.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const [ONE, TWO] = [idOf('run/web-1'), idOf('run/web-2')];

/** A store with a run of two jobs, and two who could look after them. */
function fixture(): Disposable & { readonly store: Store; readonly ours: Claims; readonly theirs: Claims } {
  const dir = tempDir();
  const store = openStore(dir.path);
  store.runs.insert(planOf('run', ['web-1', 'web-2']), 1);
  const [ours, theirs] = [new Claims(store, newOwner(), () => {}), new Claims(store, newOwner(), () => {})];
  return {
    ...{ store, ours, theirs },
    [Symbol.dispose]: () => {
      for (const closing of [ours, theirs, store, dir]) closing[Symbol.dispose]();
    },
  };
}

test('Claims.claim() gives a job to one of several, and once', () => {
  using made = fixture();
  expect([...made.ours.claim([ONE])]).toEqual([ONE]);
  expect([...made.ours.claim([ONE])]).toEqual([]);
  expect([...made.theirs.claim([ONE, TWO])]).toEqual([TWO]);
  expect([made.ours.has(ONE), made.ours.has(TWO)]).toEqual([true, false]);
  made.ours.release([ONE]);
  expect([...made.theirs.claim([ONE])]).toEqual([ONE]);
});

test('Claims.begin() writes a run down with its jobs in our hands, and nothing of it when that fails', () => {
  using made = fixture();
  const plan = planOf('next', ['web-1', 'web-2']);
  const jobs = plan.jobs.map(({ id }) => id);
  made.ours.begin(plan);
  expect(made.store.runs.find(plan.id)).toMatchObject([{ jobs: [{ phase: 'queued' }, { phase: 'queued' }] }]);
  expect([...made.theirs.claim(jobs)]).toEqual([]);
  expect(jobs.map((job) => made.ours.has(job))).toEqual([true, true]);
  made.ours.release(jobs);
  expect([...made.theirs.claim(jobs)]).toEqual(jobs);
  const twice = planOf('twice', ['web-1', 'web-1']);
  expect(() => made.ours.begin(twice)).toThrow('UNIQUE');
  expect(made.ours.has(twice.jobs[0]?.id ?? '')).toBe(false);
});

test('Claims.requestCancel() begins with our jobs at once and leaves the others to their owners', () => {
  using made = fixture();
  made.ours.claim([ONE]);
  made.theirs.claim([TWO]);
  const never = new AbortController().signal;
  const [one, two] = [made.ours.cancelSignal(ONE, never), made.theirs.cancelSignal(TWO, never)];
  made.ours.requestCancel([ONE, TWO]);
  expect([one.aborted, two.aborted]).toEqual([true, false]);
  made.theirs.noticeCancels();
  expect([two.aborted, two.reason]).toEqual([true, expect.objectContaining({ by: 'user' })]);
});

test('Claims.cancelSignal() aborts for the whole run, too, and only for the job that is meant', () => {
  using made = fixture();
  made.ours.claim([ONE, TWO]);
  const run = new AbortController();
  const [one, two] = [ONE, TWO].map((job) => made.ours.cancelSignal(job, run.signal));
  made.ours.requestCancel([ONE]);
  made.ours.noticeCancels();
  expect([one?.aborted, two?.aborted]).toEqual([true, false]);
  run.abort(new Error('why'));
  expect([two?.aborted, two?.reason]).toEqual([true, new Error('why')]);
  expect(made.ours.cancelSignal(TWO, run.signal).aborted).toBe(true);
});

test('Claims.release() takes a job out of the hands of its run', () => {
  using made = fixture();
  const [run, next] = [new AbortController(), new AbortController()];
  made.ours.claim([ONE]);
  made.ours.cancelSignal(ONE, run.signal);
  made.ours.release([ONE]);
  made.ours.claim([ONE]);
  const again = made.ours.cancelSignal(ONE, next.signal);
  run.abort();
  expect(again.aborted).toBe(false);
  next.abort();
  expect(again.aborted).toBe(true);
});
