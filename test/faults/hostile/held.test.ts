import { expect, test, vi } from 'vitest';
import { watchHeld } from './held.ts';

test('watchHeld() sees what was kept for a moment only, and does not count garbage', () => {
  vi.useFakeTimers();
  try {
    const watch = watchHeld();
    for (let count = 0; count < 20; count += 1) Buffer.alloc(10_000_000, 'x');
    vi.advanceTimersByTime(1_000);
    expect(watch.peak() / 1_000_000).toBeLessThan(20);

    const kept = [Buffer.alloc(40_000_000), 'x'.repeat(1_000).split('').concat(Array(2_500_000).fill(1.5))];
    vi.advanceTimersByTime(1_000);
    kept.length = 0;
    expect(watch.peak() / 1_000_000).toBeGreaterThan(55);
    watch.stop();
  } finally {
    vi.useRealTimers();
  }
});
