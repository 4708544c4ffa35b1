import { expect, test } from 'vitest';
import { BoundedQueue } from '../../../src/base/bounded-queue.ts';

/** Puts items one after the other and notes each for which there was room. */
function fill<T>(queue: BoundedQueue<T>, items: readonly T[]): { readonly put: T[]; readonly done: Promise<void> } {
  const put: T[] = [];
  const all = async (): Promise<void> => {
    for (const item of items) {
      await queue.put(item);
      put.push(item);
    }
  };
  return { put, done: all() };
}

test('BoundedQueue holds up who fills it, until somebody reads', async () => {
  const queue = new BoundedQueue<number>(3);
  const { put, done } = fill(queue, [1, 2, 3, 4]);
  await new Promise(setImmediate);
  expect(put).toEqual([1, 2]);
  const items = queue[Symbol.asyncIterator]();
  expect([(await items.next()).value, (await items.next()).value]).toEqual([1, 2]);
  await done;
  queue.close();
  expect([(await items.next()).value, (await items.next()).value]).toEqual([3, 4]);
  expect(await items.next()).toEqual({ done: true, value: undefined });
});

test('BoundedQueue is filled by few heavy items', async () => {
  const queue = new BoundedQueue<string>(10, (text) => text.length);
  const { put, done } = fill(queue, ['123', '12345678', '1']);
  await new Promise(setImmediate);
  expect(put).toEqual(['123']);
  const items = queue[Symbol.asyncIterator]();
  expect((await items.next()).value).toBe('123');
  await done;
  expect(put).toEqual(['123', '12345678', '1']);
  queue.close();
});
