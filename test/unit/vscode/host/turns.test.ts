import { expect, test } from 'vitest';
import { createTurns } from '../../../../src/vscode/host/turns.ts';

test('createTurns() asks one question at a time, also after one that failed', async () => {
  const turns = createTurns();
  const { signal } = new AbortController();
  const told: string[] = [];
  const first = turns.take(
    async () => {
      await Promise.resolve();
      told.push('first');
      throw new Error('given up');
    },
    { signal },
  );
  const second = turns.take(async () => told.push('second'), { signal });
  await expect(first).rejects.toThrow('given up');
  await second;
  expect(told).toEqual(['first', 'second']);
});

test('createTurns() does nothing for who was stopped while it waited', async () => {
  const turns = createTurns();
  const stopped = AbortSignal.abort(new Error('stopped'));
  const told: string[] = [];
  await expect(turns.take(async () => told.push('asked'), { signal: stopped })).rejects.toThrow('stopped');
  expect(told).toEqual([]);
});
