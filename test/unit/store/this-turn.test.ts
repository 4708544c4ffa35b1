import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ThisTurn } from '../../../src/store/this-turn.ts';

test('ThisTurn looks once in a turn of the event loop, and anew when it was told to forget', async () => {
  let looks = 0;
  const found = new ThisTurn(() => {
    looks += 1;
    return looks;
  });
  expect([found.value, found.value]).toEqual([1, 1]);
  found.forget();
  expect(found.value).toBe(2);
  await setImmediate();
  expect([found.value, found.value]).toEqual([3, 3]);
});
