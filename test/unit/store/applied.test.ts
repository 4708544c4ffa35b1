import { expect, test } from 'vitest';
import type { ScriptValue } from '../../../src/domain/script-value.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

const JOB = idOf('one/web-1');

function fixture(): Disposable & {
  readonly store: Store;
  apply(values: readonly ScriptValue[], offset: number): unknown[];
} {
  const dir = tempDir();
  const store = openStore(dir.path);
  store.runs.insert(planOf('one', ['web-1', 'web-2']), 1);
  return {
    store,
    apply(values, offset) {
      const told: unknown[] = [];
      const upTo = { seq: Math.max(...values.map(({ seq }) => seq)), place: { offset, seq: offset } };
      store.applied.apply(JOB, values, upTo, ({ name, value }) => told.push([name, value]));
      return told;
    },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}

function output(name: string, seq: number, again = seq): ScriptValue {
  return { kind: 'output', name, value: `${name}${seq}`, seq, number: again };
}

test('apply() gives each value once, in order, however often the log is read', () => {
  using job = fixture();
  expect(job.apply([output('a', 3), output('b', 4)], 100)).toEqual([
    ['a', 'a3'],
    ['b', 'b4'],
  ]);
  expect(job.apply([output('a', 3), output('b', 4), output('a', 7)], 200)).toEqual([['a', 'a7']]);
  expect(job.apply([output('a', 7)], 150)).toEqual([]);
  expect(job.store.applied.of(JOB)).toEqual({ seq: 7, place: { offset: 200, seq: 200 } });
});

test('apply() takes a value that was written again only where its first writing never came', () => {
  using job = fixture();
  job.apply([output('b', 50)], 100);
  // Of the two, "a" went with a dropped segment before anybody had read it.
  expect(job.apply([output('a', 100, 10), output('b', 101, 50)], 200)).toEqual([['a', 'a100']]);
  expect(job.apply([output('a', 200, 10)], 300)).toEqual([]);
});

test('apply() notes nothing when the effect fails: all of it comes again', () => {
  using job = fixture();
  const failing = (): void => {
    job.store.applied.apply(JOB, [output('a', 3)], { seq: 3, place: { offset: 9, seq: 9 } }, () => {
      throw new Error('no room');
    });
  };
  expect(failing).toThrow('no room');
  expect(job.store.applied.of(JOB)).toEqual({ seq: 0, place: { offset: 0, seq: 0 } });
  expect(job.apply([output('a', 3)], 9)).toEqual([['a', 'a3']]);
});

test('keepAnswer() repeats an answer under its call, and goes with the run', () => {
  using job = fixture();
  const { applied, runs, jobs, outputs } = job.store;
  applied.keepAnswer(JOB, 'call-1', 'first');
  applied.keepAnswer(JOB, 'call-1', 'second');
  expect(applied.answer(JOB, 'call-1')).toBe('first');
  expect(applied.answer(idOf('one/web-2'), 'call-1')).toBeUndefined();
  job.store.transaction(() => {
    for (let call = 2; call < 700; call++) applied.keepAnswer(JOB, `call-${call}`, 'x');
  });
  expect(applied.answer(JOB, 'call-1')).toBeUndefined();
  expect(applied.answer(JOB, 'call-699')).toBe('x');
  outputs.put(JOB, 'key', 1);
  for (const server of ['web-1', 'web-2']) jobs.settle(idOf(`one/${server}`), { kind: 'cancelled' }, 5);
  runs.remove([idOf('one')]);
  expect([applied.answer(JOB, 'call-699'), outputs.ofJob(JOB)]).toEqual([undefined, {}]);
});

test('outputs are told of each job and, by server, of a run', () => {
  using job = fixture();
  const { outputs } = job.store;
  outputs.put(JOB, 'url', 'http://a');
  outputs.put(JOB, 'url', { b: [null] });
  outputs.put(JOB, '__proto__', 1);
  expect(outputs.ofRun(idOf('one'))).toEqual({
    'web-1': Object.fromEntries([
      ['__proto__', 1],
      ['url', { b: [null] }],
    ]),
  });
});
