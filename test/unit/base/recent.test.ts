import { expect, test, vi } from 'vitest';
import { Recent } from '../../../src/base/recent.ts';

test('what was found is believed for a moment, by itself for each key', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    let asked = 0;
    const recent = new Recent({ ms: 500, find: async (key) => `${key} ${++asked}` });
    expect(await Promise.all([recent.of('a'), recent.of('a'), recent.of('b')])).toEqual(['a 1', 'a 1', 'b 2']);
    vi.advanceTimersByTime(499);
    expect(await recent.of('a')).toBe('a 1');
    vi.advanceTimersByTime(1);
    expect(await Promise.all([recent.of('a'), recent.of('b')])).toEqual(['a 3', 'b 4']);
  } finally {
    vi.useRealTimers();
  }
});

test('who asks at the same time hears of the same failure, and the next one asks again', async () => {
  let asked = 0;
  const recent = new Recent({
    ms: 60_000,
    find: async () => {
      if (++asked === 1) throw new Error('too many open files');
      return asked;
    },
  });
  const both = await Promise.allSettled([recent.of('a'), recent.of('a')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await recent.of('a')).toBe(2);
});
