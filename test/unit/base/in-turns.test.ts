import { expect, test } from 'vitest';
import { inTurns } from '../../../src/base/in-turns.ts';

test('inTurns() works in order, and gives others a turn behind every so many', async () => {
  const happened: (number | string)[] = [];
  const loop = {
    turn: async (): Promise<void> => {
      happened.push('turn');
    },
  };
  await inTurns([10, 11, 12, 13, 14], { perTurn: 2, loop }, (item, index) => happened.push(item - index, item));
  expect(happened).toEqual([10, 10, 10, 11, 'turn', 10, 12, 10, 13, 'turn', 10, 14]);
});

test('inTurns() has done what is short before it returns', async () => {
  const done: number[] = [];
  const working = inTurns([1, 2], { perTurn: 2 }, (item) => done.push(item));
  expect(done).toEqual([1, 2]);
  await working;
});
