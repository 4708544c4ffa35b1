import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Facts } from '../../../src/app/facts.ts';
import type { JobOutcome } from '../../../src/domain/outcome.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const SUCCEEDED: JobOutcome = { kind: 'succeeded', exitCode: 0 };

/** A run on three servers, facts of whose jobs are written down, with how often that was a transaction of several. */
function fixture() {
  const dir = tempDir();
  const store = openStore(dir.path);
  const plan = planOf('one', ['web-1', 'web-2', 'web-3']);
  store.runs.insert(plan, 1);
  const seen = { transactions: 0, changes: 0 };
  const waiting: (() => void)[] = [];
  const facts = new Facts({
    store: {
      ...store,
      transactionLightly: <T>(work: () => T): T => {
        seen.transactions += 1;
        return store.transactionLightly(work);
      },
    },
    changed: () => {
      seen.changes += 1;
    },
    loop: { later: (work) => void waiting.push(work) },
  });
  const jobs = plan.jobs.map(({ id }) => id);
  return {
    ...{ dir, store, run: plan.id, jobs, facts, seen, waiting },
    [Symbol.dispose]: () => {
      for (const closing of [store, dir]) closing[Symbol.dispose]();
    },
  };
}

const phasesOf = (store: Store, jobs: readonly string[]): unknown[] =>
  jobs.map((job) => store.jobs.find(job)?.outcome?.kind ?? store.jobs.find(job)?.phase);

test('Facts writes the first of a turn at once, and the others together at its end', async () => {
  using made = fixture();
  const { facts, store, jobs, seen, waiting } = made;
  const written: string[] = [];
  const say = async (job: string, phase: 'running' | 'draining'): Promise<void> => {
    await facts.write({ job, at: 2, phase });
    written.push(phase);
  };
  const [one = '', two = '', three = ''] = jobs;
  const all = [say(one, 'running'), say(two, 'running'), say(three, 'running'), say(two, 'draining')];
  expect([phasesOf(store, jobs), seen]).toEqual([['running', 'queued', 'queued'], { transactions: 0, changes: 1 }]);
  await setImmediate();
  await setImmediate();
  expect(phasesOf(store, jobs)).toEqual(['running', 'draining', 'running']);
  expect([seen, written]).toEqual([{ transactions: 1, changes: 2 }, ['running']]);
  // What each of them leads to has a turn of its own.
  expect(waiting.length).toBe(3);
  for (const go of waiting) go();
  await Promise.all(all);
  expect(written).toEqual(['running', 'running', 'running', 'draining']);
  await facts.write({ job: one, at: 3, phase: 'draining' });
  expect(seen.transactions).toBe(1);
});

test('Facts notes the ends of a run beside the database, those of one turn in one step', async () => {
  using made = fixture();
  const { facts, store, jobs, run, waiting } = made;
  const ends = jobs.map((job, at) => facts.write({ job, at, outcome: SUCCEEDED }));
  const late = facts.write({ job: jobs[1] ?? '', at: 9, outcome: { kind: 'cancelled' } });
  facts.flush();
  for (const go of waiting) go();
  await Promise.all([...ends, late]);
  expect(phasesOf(store, jobs)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  const [, ...lines] = readFileSync(join(made.dir.path, 'runs', `${run}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    jobs.map((job, at) => ({ job, outcome: SUCCEEDED, at })),
  );
});

test('Facts writes what can be written when one of a turn cannot, and tells who has said that', async () => {
  using made = fixture();
  const { facts, store, jobs, waiting } = made;
  const all = [jobs[0] ?? '', jobs[1] ?? '', idOf('nobody'), jobs[2] ?? ''].map((job) =>
    facts.write({ job, at: 2, phase: 'running' }),
  );
  const told = Promise.allSettled(all);
  facts.flush();
  for (const go of waiting) go();
  expect((await told).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(phasesOf(store, jobs)).toEqual(['running', 'running', 'running']);
  await setImmediate();
  await expect(facts.write({ job: idOf('nobody'), at: 2, phase: 'running' })).rejects.toThrow('No job');
});
