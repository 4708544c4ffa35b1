import { expect, test } from 'vitest';
import { common, longestWork, type Span } from '../../scripts/bench/witness.ts';

test('common() is what lies in spans of both', () => {
  const some: Span[] = [
    [0, 10],
    [20, 30],
  ];
  const others: Span[] = [
    [5, 22],
    [29, 40],
    [50, 60],
  ];
  expect(common(some, others)).toEqual([
    [5, 10],
    [20, 22],
    [29, 30],
  ]);
});

test('longestWork() leaves out of each turn the time in which the machine stood still', () => {
  const witness = { stoodStill: ([from]: Span) => (from === 0 ? 60 : 0), [Symbol.dispose]: () => {} };
  const turns = [
    { span: [0, 100] as const, cpuMs: 90 },
    { span: [100, 200] as const, cpuMs: 40 },
  ];
  expect(longestWork(turns, witness)).toBe(40);
  expect(longestWork([], witness)).toBe(0);
});
