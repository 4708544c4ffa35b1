import { abortable } from './abortable.ts';

/** One at a time, in the order of asking: for what only one person can answer. */
export interface Turns {
  /** Runs `work` when it is its turn. A caller that is stopped while it waits gives up its place. */
  take<T>(work: () => Promise<T>, options: { readonly signal: AbortSignal }): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take: async (work, { signal }) => {
      const before = last;
      const mine = Promise.withResolvers<void>();
      last = mine.promise;
      try {
        await abortable(before, signal);
        return await work();
      } finally {
        // Who gave up its place hands on the one that it waited for.
        before.then(mine.resolve);
      }
    },
  };
}
