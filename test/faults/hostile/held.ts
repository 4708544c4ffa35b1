/** The most that this process has held at once since `watchHeld` was called. */
export interface HeldWatch {
  /** What it holds now counts, too; bytes more than at the beginning. */
  peak(): number;
  stop(): void;
}

const SAMPLE_MS = 200;

/**
 * Watches what the process cannot let go: objects and buffers that are left when the garbage is gone. The size of the process tells
 * little of that, because garbage is collected when there is need, and its room is given back even later.
 */
export function watchHeld(): HeldWatch {
  const before = held();
  let most = before;
  const sample = (): void => {
    most = Math.max(most, held());
  };
  const timer = setInterval(sample, SAMPLE_MS).unref();
  return {
    peak: () => {
      sample();
      return most - before;
    },
    stop: () => clearInterval(timer),
  };
}

function held(): number {
  if (!globalThis.gc) throw new Error('What is held cannot be told from garbage: Node was started without --expose-gc');
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
