import { createHistogram } from 'node:perf_hooks';

/** How often it is looked, in milliseconds: turns that are shorter count together. */
const TICK_MS = 5;

/** Turns that took less need not be looked at by themselves. */
const LONG_MS = 15;

/** A turn of the event loop. */
export interface LoopTurn {
  /** Milliseconds of the machine's monotonic clock. */
  readonly span: readonly [from: number, to: number];
  readonly cpuMs: number;
}

/** Milliseconds of processor time. */
export interface LoopWork {
  readonly p99: number;
  readonly max: number;
  /** Those that took 15 ms or more. */
  readonly long: readonly LoopTurn[];
}

/**
 * Begins to watch how much processor time this thread uses from one turn of the event loop to the next: what is its own fault, and
 * not that of others on the same cores. What comes back ends it.
 */
export function watchLoopWork(): () => LoopWork {
  const spans = createHistogram();
  const long: LoopTurn[] = [];
  const now = (): { at: number; cpu: number } => {
    const { user, system } = process.threadCpuUsage();
    return { at: Number(process.hrtime.bigint()) / 1e6, cpu: user + system };
  };
  let last = now();
  const timer = setInterval(() => {
    const current = now();
    const cpu = current.cpu - last.cpu;
    spans.record(Math.max(1, cpu));
    if (cpu >= LONG_MS * 1000) long.push({ span: [last.at, current.at], cpuMs: cpu / 1000 });
    last = current;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return { p99: tenths(spans.percentile(99) / 1000), max: tenths(spans.max / 1000), long };
  };
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
