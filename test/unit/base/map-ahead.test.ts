import { expect, test } from 'vitest';
import { mapAhead } from '../../../src/base/map-ahead.ts';

test('mapAhead() gives results in order, with at most so many at work', async () => {
  let running = 0;
  let most = 0;
  const release: (() => void)[] = [];
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => release.push(resolve));
    running--;
    return item * 2;
  };
  const results: number[] = [];
  const reading = (async () => {
    for await (const result of mapAhead([1, 2, 3, 4, 5], work, { ahead: 2 })) results.push(result);
  })();
  // The later of two is ready first.
  while (results.length < 5) {
    for (const one of release.splice(0).reverse()) one();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await reading;
  expect([results, most]).toEqual([[2, 4, 6, 8, 10], 2]);
});

test('mapAhead() fails at the item that failed, and nobody hears of those behind it', async () => {
  const results: number[] = [];
  const work = async (item: number): Promise<number> => {
    if (item > 1) throw new Error(`no ${item}`);
    return item;
  };
  const reading = (async () => {
    for await (const result of mapAhead([1, 2, 3], work, { ahead: 3 })) results.push(result);
  })();
  await expect(reading).rejects.toThrow('no 2');
  expect(results).toEqual([1]);
});
