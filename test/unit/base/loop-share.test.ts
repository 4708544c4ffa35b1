import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LoopShare } from '../../../src/base/loop-share.ts';

/** Keeps the event loop for longer than a share. */
function spend(ms = 20): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('LoopShare.turn() lets the first one begin at once', async () => {
  const loop = new LoopShare();
  let isLater = false;
  setImmediate(() => {
    isLater = true;
  });
  await loop.turn();
  expect(isLater).toBe(false);
});

test('LoopShare.turn() lets many begin in one turn as long as there is time', async () => {
  const loop = new LoopShare();
  let turns = 0;
  const count = (): void => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await Promise.all(Array.from({ length: 100 }, () => loop.turn()));
  clearImmediate(timer);
  expect(turns).toBeLessThan(10);
});

test('LoopShare.turn() lets who takes long have a turn alone, in order, and others in between', async () => {
  const loop = new LoopShare();
  const happened: string[] = [];
  const work = async (name: string): Promise<void> => {
    await loop.turn();
    happened.push(name);
    setImmediate(() => happened.push('-'));
    spend();
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  await nextTurn();
  expect(happened.join('')).toBe('a-b-c-');
  await nextTurn();
  expect(loop.isTaken()).toBe(false);
});

test('LoopShare.soon() does what comes in a turn that is not taken at once, and else behind those who wait', async () => {
  const loop = new LoopShare();
  const happened: string[] = [];
  loop.soon(() => happened.push('at once'));
  expect(happened).toEqual(['at once']);
  loop.later(() => void happened.push('waited'));
  loop.soon(() => happened.push('behind'));
  expect(happened).toEqual(['at once']);
  await expect.poll(() => happened).toEqual(['at once', 'waited', 'behind']);
});

test('LoopShare.later() gives a turn to as many as there is time for, and nobody overtakes those who wait', async () => {
  const loop = new LoopShare();
  const happened: number[] = [];
  const all = Array.from({ length: 200 }, (_, number) => number);
  for (const number of all) loop.later(() => void happened.push(number));
  expect([loop.isTaken(), happened]).toEqual([true, []]);
  await expect.poll(() => happened.length).toBe(200);
  expect(happened).toEqual(all);
});

test('LoopShare.later() goes on behind work that fails', async () => {
  const loop = new LoopShare();
  const errors: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', (error) => errors.push(error));
  let isDone = false;
  loop.later(() => {
    throw new Error('broken');
  });
  loop.later(() => {
    isDone = true;
  });
  await expect.poll(() => isDone).toBe(true);
  for (const listener of listeners) process.on('uncaughtException', listener);
  expect(errors).toMatchObject([{ message: 'broken' }]);
});
