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
  run.abort();
  expect(two?.aborted).toBe(true);
});
