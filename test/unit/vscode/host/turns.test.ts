import { expect, test } from 'vitest';
import { createTurns } from '../../../../src/vscode/host/turns.ts';

const { signal } = new AbortController();

/** Lets everything that is ready go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('createTurns() asks one question at a time, also after one that failed', async () => {
  const turns = createTurns();
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

test('createTurns() does nothing for who was stopped while it waited, and tells it at once', async () => {
  const turns = createTurns();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const asking = turns.take(() => first.promise, { signal });
  const stop = new AbortController();
  const stopped = turns.take(async () => told.push('stopped'), { signal: stop.signal });
  const third = turns.take(async () => told.push('third'), { signal });
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await settle();
  expect(told).toEqual([]);
  first.resolve();
  await Promise.all([asking, third]);
  expect(told).toEqual(['third']);
});

test('createTurns() lets nobody have a turn while it is held, however often', async () => {
  const turns = createTurns();
  const told: string[] = [];
  const [one, two] = [turns.hold(), turns.hold()];
  const stop = new AbortController();
  const stopped = turns.take(async () => told.push('stopped'), { signal: stop.signal });
  const asked = turns.take(async () => told.push('asked'), { signal });
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await settle();
  expect(told).toEqual([]);
  two[Symbol.dispose]();
  await asked;
  expect(told).toEqual(['asked']);
});
