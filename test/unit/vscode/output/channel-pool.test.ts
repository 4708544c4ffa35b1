import { expect, test } from 'vitest';
import { ChannelPool } from '../../../../src/vscode/output/channel-pool.ts';

function setUp(max: number) {
  const gone: string[] = [];
  const busy = new Set<string>();
  const pool = new ChannelPool<{ readonly isBusy: boolean; [Symbol.dispose](): void }>(max);
  const take = (key: string): void => {
    pool.take(key, () => ({
      get isBusy() {
        return busy.has(key);
      },
      [Symbol.dispose]: () => void gone.push(key),
    }));
  };
  return { pool, take, busy, gone };
}

test('ChannelPool gives up the least recently used one for one too many', () => {
  const { pool, take, gone } = setUp(3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) take(key);
  expect(gone).toEqual(['b']);
  expect(pool.find('b')).toBeUndefined();
  expect(pool.find('a')).toBeDefined();
});

test('ChannelPool gives up no busy one while another is free', () => {
  const { take, busy, gone } = setUp(3);
  for (const key of ['a', 'b', 'c']) take(key);
  busy.add('a').add('b');
  take('d');
  expect(gone).toEqual(['c']);
});

test('ChannelPool gives up the least recently used one when all are busy', () => {
  const { take, busy, gone } = setUp(2);
  busy.add('a').add('b');
  for (const key of ['a', 'b', 'c']) take(key);
  expect(gone).toEqual(['a']);
});

test('ChannelPool closes all that it has', () => {
  const { pool, take, gone } = setUp(2);
  take('a');
  take('b');
  pool[Symbol.dispose]();
  expect(gone).toEqual(['a', 'b']);
});
