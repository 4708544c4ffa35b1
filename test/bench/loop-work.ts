import { createHistogram } from 'node:perf_hooks';

/** How often it is looked, in milliseconds: turns that are shorter count together. */
const TICK_MS = 5;

/** Milliseconds of processor time. */
export interface LoopWork {
  readonly p99: number;
  readonly max: number;
}

/**
 * Begins to watch how much processor time this thread uses from one turn of the event loop to the next: what is its own fault, and
 * not that of others on the same cores. What comes back ends it.
 */
export function watchLoopWork(): () => LoopWork {
  const spans = createHistogram();
  const now = (): number => {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  };
  let last = now();
  const timer = setInterval(() => {
    const current = now();
    spans.record(Math.max(1, current - last));
    last = current;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return { p99: tenths(spans.percentile(99) / 1000), max: tenths(spans.max / 1000) };
  };
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
