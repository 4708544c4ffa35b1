import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HealthPoll } from '../../../../../src/vscode/commands/servers/health-poll.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pollWith(options: { intervalMs?: number; isSeen?: boolean } = {}) {
  const state: { intervalMs: number | undefined; isSeen: boolean } = { intervalMs: 1_000, isSeen: true, ...options };
  const signals: AbortSignal[] = [];
  let answer = Promise.withResolvers<void>();
  const poll = new HealthPoll({
    intervalMs: () => state.intervalMs,
    isSeen: () => state.isSeen,
    check: (signal) => {
      signals.push(signal);
      return answer.promise;
    },
  });
  return {
    state,
    signals,
    poll,
    answer: async () => {
      answer.resolve();
      answer = Promise.withResolvers();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test('HealthPoll asks at its interval, and not again before it has an answer', async () => {
  const { poll, signals, answer } = pollWith();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(signals).toHaveLength(1);
  await answer();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(signals).toHaveLength(2);
  poll[Symbol.dispose]();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  await answer();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(signals).toHaveLength(2);
});

test('HealthPoll asks nobody while nobody sees it', async () => {
  const { poll, signals, state } = pollWith({ isSeen: false });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(signals).toHaveLength(0);
  state.isSeen = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(signals).toHaveLength(1);
  poll[Symbol.dispose]();
});

test('HealthPoll follows the setting', async () => {
  const { poll, signals, state, answer } = pollWith();
  state.intervalMs = undefined;
  poll.update();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(signals).toHaveLength(0);
  state.intervalMs = 200;
  poll.update();
  await vi.advanceTimersByTimeAsync(200);
  await answer();
  await vi.advanceTimersByTimeAsync(200);
  expect(signals).toHaveLength(2);
  poll[Symbol.dispose]();
});
