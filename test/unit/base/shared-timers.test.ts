import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { after, every } from '../../../src/base/shared-timers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A loop that gives nobody a turn before it is told to. */
function slowLoop() {
  const waiting: (() => void)[] = [];
  return {
    soon: (work: () => void): void => void waiting.push(work),
    give: (): void => {
      for (const work of waiting.splice(0)) work();
    },
  };
}

test('every() works when it is time and there is a turn, and is not behind by several times when there was none', () => {
  const loop = slowLoop();
  let count = 0;
  const end = every({ ms: 100, loop }, () => {
    count += 1;
  });
  vi.advanceTimersByTime(99);
  loop.give();
  expect(count).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(count).toBe(0);
  loop.give();
  expect(count).toBe(1);
  vi.advanceTimersByTime(100);
  end();
  loop.give();
  vi.advanceTimersByTime(1_000);
  loop.give();
  expect(count).toBe(1);
});

test('every() goes on behind work that fails', () => {
  let count = 0;
  const loop = slowLoop();
  const end = every({ ms: 100, loop }, () => {
    count += 1;
    throw new Error('broken');
  });
  for (const tick of [1, 2]) {
    vi.advanceTimersByTime(100);
    expect(() => loop.give()).toThrow('broken');
    expect(count).toBe(tick);
  }
  end();
});

test('after() works once, and not when it was ended while it waited for its turn', () => {
  const loop = slowLoop();
  const done: string[] = [];
  after({ ms: 100, loop }, () => done.push('one'));
  const end = after({ ms: 100, loop }, () => done.push('two'));
  vi.advanceTimersByTime(1_000);
  end();
  loop.give();
  expect(done).toEqual(['one']);
  vi.advanceTimersByTime(1_000);
  loop.give();
  expect(done).toEqual(['one']);
});
