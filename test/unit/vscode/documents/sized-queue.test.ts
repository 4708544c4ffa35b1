import { expect, test } from 'vitest';
import { SizedQueue } from '../../../../src/vscode/documents/sized-queue.ts';
import { isCollected } from '../../../fixtures/collected.ts';

test('SizedQueue gives its items in order and counts what is left of them', () => {
  const queue = new SizedQueue<number>();
  for (let item = 0; item < 3_000; item++) queue.push(item, 2);
  const taken = Array.from({ length: 2_000 }, () => queue.shift());
  expect(taken).toEqual(Array.from({ length: 2_000 }, (_, item) => item));
  expect([queue.count, queue.size, [...queue][0]]).toEqual([1_000, 2_000, 2_000]);
  queue.clear();
  expect([queue.count, queue.size, queue.shift()]).toEqual([0, 0, undefined]);
});

test('SizedQueue keeps nothing that was taken from it', async () => {
  const queue = new SizedQueue<object>();
  const taken = (): object => {
    queue.push({ text: 'a line' }, 6);
    return queue.shift() ?? expect.unreachable();
  };
  expect(await isCollected(taken)).toBe(true);
  expect(queue.count).toBe(0);
});
