import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Changes } from '../../../src/app/changes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Changes of a store whose version the test sets. */
function fixture(): { changes: Changes; heard(): number; version: number } {
  const made = { version: 1 };
  const changes = new Changes({ dataVersion: () => made.version, log: () => {} });
  let heard = 0;
  changes.on(() => heard++);
  return Object.assign(made, { changes, heard: () => heard });
}

test('Changes tells a burst once, soon, and what comes later again', () => {
  const { changes, heard } = fixture();
  for (let n = 0; n < 1_000; n++) changes.tell();
  expect(heard()).toBe(0);
  vi.advanceTimersByTime(50);
  expect(heard()).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(heard()).toBe(1);
  changes.tell();
  vi.advanceTimersByTime(50);
  expect(heard()).toBe(2);
});

test('Changes tells what other processes write while somebody watches, and not otherwise', () => {
  const made = fixture();
  made.version = 2;
  vi.advanceTimersByTime(10_000);
  expect([made.heard(), vi.getTimerCount()]).toEqual([0, 0]);
  // Who begins to watch hears of what was missed.
  const [first, second] = [made.changes.watch(), made.changes.watch()];
  vi.advanceTimersByTime(1_000);
  expect(made.heard()).toBe(1);
  made.version = 3;
  vi.advanceTimersByTime(1_000);
  expect(made.heard()).toBe(2);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  made.version = 4;
  vi.advanceTimersByTime(1_000);
  expect(made.heard()).toBe(3);
  second[Symbol.dispose]();
  made.version = 5;
  vi.advanceTimersByTime(10_000);
  expect([made.heard(), vi.getTimerCount()]).toEqual([3, 0]);
});

test('Changes says nothing any more when it is disposed', () => {
  const made = fixture();
  made.changes.watch();
  made.changes.tell();
  made.changes[Symbol.dispose]();
  made.changes.tell();
  made.version = 2;
  vi.advanceTimersByTime(10_000);
  expect([made.heard(), vi.getTimerCount()]).toEqual([0, 0]);
});
