/** Work that is asked for by a key; what comes while its key is busy waits, and only the latest of it is done. */
export interface Coalescer<T> {
  /** Resolves when nothing is left to do for the key; rejects with what the work throws. */
  request(key: string, item: T): Promise<void>;
}

export function createCoalescer<T>(work: (item: T) => Promise<void>): Coalescer<T> {
  const waiting = new Map<string, T[]>();
  return {
    request: async (key, item) => {
      const busy = waiting.get(key);
      if (busy) {
        busy.splice(0, busy.length, item);
        return;
      }
      const queue = [item];
      waiting.set(key, queue);
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
      } finally {
        waiting.delete(key);
      }
    },
  };
}
