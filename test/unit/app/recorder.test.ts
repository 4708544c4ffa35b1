import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Recorder } from '../../../src/app/recorder.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

/** The store with how often it has waited for the disk. */
function counted(store: Store): { readonly store: Store; readonly waits: () => number } {
  let waits = 0;
  const transaction = <T>(work: () => T): T => {
    waits += 1;
    return store.transaction(work);
  };
  return { store: { ...store, transaction }, waits: () => waits };
}

test('Recorder.starting() writes the intents of one turn together, and none is told before it is written', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2', 'web-3']);
  store.runs.insert(plan, 1);
  const { store: watched, waits } = counted(store);
  const recorder = new Recorder(watched, () => {});
  const phases = (): unknown[] => plan.jobs.map(({ id }) => store.jobs.find(id)?.phase);
  await Promise.all(
    plan.jobs.map(async ({ id }) => {
      await recorder.starting(id);
      expect(phases()).toEqual(['starting', 'starting', 'starting']);
    }),
  );
  expect(waits()).toBe(1);
  await recorder.phase(plan.jobs[0]?.id ?? '', 'running');
  await recorder.starting(plan.jobs[1]?.id ?? '');
  expect([waits(), phases()]).toEqual([2, ['running', 'starting', 'starting']]);
});

test('Recorder.starting() writes the intents of many jobs that begin one turn after the other a few times only', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const names = Array.from({ length: 40 }, (_, index) => `web-${index}`);
  const plan = planOf('one', names);
  store.runs.insert(plan, 1);
  const { store: watched, waits } = counted(store);
  const recorder = new Recorder(watched, () => {});
  const written: Promise<void>[] = [];
  for (const { id } of plan.jobs) {
    written.push(recorder.starting(id));
    await setImmediate();
  }
  await Promise.all(written);
  expect(waits()).toBe(2);
});

test('Recorder.starting() fails all who wait for a write that fails, and the next try is another write', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2']);
  store.runs.insert(plan, 1);
  const broken: Store = {
    ...store,
    transaction: () => {
      throw new Error('no room');
    },
  };
  const recorder = new Recorder(broken, () => {});
  for (let round = 0; round < 2; round++) {
    const ends = await Promise.allSettled(plan.jobs.map(({ id }) => recorder.starting(id)));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  }
  expect(plan.jobs.map(({ id }) => store.jobs.find(id)?.phase)).toEqual(['queued', 'queued']);
});

test('Recorder writes no intent in front of what was said of a job before', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2']);
  store.runs.insert(plan, 1);
  const recorder = new Recorder(store, () => {});
  const [one = '', two = ''] = plan.jobs.map(({ id }) => id);
  const phases = (): unknown[] => plan.jobs.map(({ id }) => store.jobs.find(id)?.phase);
  const said = [one, one, two].map((job, index) => recorder.phase(job, index === 0 ? 'connecting' : 'deploying'));
  recorder.intend(one);
  expect(phases()).toEqual(['starting', 'deploying']);
  said.push(recorder.phase(two, 'uploading'), recorder.starting(two));
  await Promise.all(said);
  expect(phases()).toEqual(['starting', 'starting']);
});
