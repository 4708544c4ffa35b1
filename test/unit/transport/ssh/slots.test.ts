import { expect, test } from 'vitest';
import { createSlots } from '../../../../src/transport/ssh/slots.ts';
import { createTurns } from '../../../../src/transport/ssh/turns.ts';

const signal = new AbortController().signal;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('take() of slots bounds each key and the whole, and goes on in order', async () => {
  const slots = createSlots({ total: () => 3, perKey: 2 });
  const started: string[] = [];
  const release = new Map<string, () => void>();
  const take = (key: string, name: string) =>
    slots.take(key, { signal }).then((give) => {
      started.push(name);
      release.set(name, give);
    });
  take('a', 'a1');
  take('a', 'a2');
  take('a', 'a3');
  take('b', 'b1');
  take('b', 'b2');
  await settled();
  // The third of "a" waits for its own key and must not hold up "b".
  expect(started).toEqual(['a1', 'a2', 'b1']);
  release.get('b1')?.();
  release.get('b1')?.();
  await settled();
  expect(started).toEqual(['a1', 'a2', 'b1', 'b2']);
  release.get('a1')?.();
  await settled();
  expect(started).toEqual(['a1', 'a2', 'b1', 'b2', 'a3']);
});

test('take() of slots gives its place up when it is stopped', async () => {
  const slots = createSlots({ total: () => 1, perKey: 1 });
  const give = await slots.take('a', { signal });
  const stop = new AbortController();
  const stopped = slots.take('a', { signal: stop.signal });
  const next = slots.take('a', { signal });
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  give();
  (await next)();
});

test('take() of turns runs one at a time, in order, past those who gave up or failed', async () => {
  const turns = createTurns();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const work =
    (name: string, wait: Promise<void> = Promise.resolve()) =>
    async () => {
      log.push(`${name} begins`);
      await wait;
      log.push(`${name} ends`);
    };
  const stop = new AbortController();
  const first = turns.take(work('first', gate.promise), { signal });
  const stopped = turns.take(work('stopped'), { signal: stop.signal });
  const failing = turns.take(async () => Promise.reject(new Error('failed')), { signal });
  const last = turns.take(work('last'), { signal });
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  expect(log).toEqual(['first begins']);
  gate.resolve();
  await first;
  await expect(failing).rejects.toThrow('failed');
  await last;
  expect(log).toEqual(['first begins', 'first ends', 'last begins', 'last ends']);
});
