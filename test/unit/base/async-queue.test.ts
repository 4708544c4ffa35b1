import { expect, test } from 'vitest';
import { AsyncQueue } from '../../../src/base/async-queue.ts';
import { isCollected } from '../../fixtures/collected.ts';

test('AsyncQueue gives what was pushed, in order, then its end', async () => {
  const queue = new AsyncQueue<number>();
  for (let item = 0; item < 1_000; item++) queue.push(item);
  queue.close();
  queue.push(7);
  const seen: number[] = [];
  for await (const item of queue) seen.push(item);
  expect(seen).toEqual(Array.from({ length: 1_000 }, (_, item) => item));
});

test('AsyncQueue keeps nothing that was taken from it', async () => {
  const queue = new AsyncQueue<object>();
  const taken = async (): Promise<object> => {
    queue.push({ text: 'a line' });
    return (await queue.next()).value as object;
  };
  expect(await isCollected(taken)).toBe(true);
  queue.close();
});
