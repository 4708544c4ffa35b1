import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline } from '../../../../src/transport/ssh/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('Deadline stands still while a person is asked, also when it begins anew meanwhile', async () => {
  let isExpired = false;
  const deadline = new Deadline(() => {
    isExpired = true;
  });
  deadline.start(1_000);
  vi.advanceTimersByTime(600);
  const answer = Promise.withResolvers<void>();
  const asking = deadline.without(() => answer.promise);
  vi.advanceTimersByTime(60_000);
  expect(isExpired).toBe(false);
  answer.resolve();
  await asking;
  vi.advanceTimersByTime(399);
  expect(isExpired).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isExpired).toBe(true);
});

test('Deadline counts from its last start and not after its stop', async () => {
  let count = 0;
  const deadline = new Deadline(() => {
    count += 1;
  });
  deadline.start(1_000);
  vi.advanceTimersByTime(900);
  deadline.start(1_000);
  vi.advanceTimersByTime(900);
  expect(count).toBe(0);
  deadline.stop();
  await deadline.without(async () => {});
  vi.advanceTimersByTime(10_000);
  expect(count).toBe(0);
});
