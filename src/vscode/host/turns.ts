/** One at a time, in the order of asking: for what only one person can answer. */
export interface Turns {
  take<T>(work: () => Promise<T>, options: { readonly signal: AbortSignal }): Promise<T>;
}

/** Who was stopped while it waited does nothing when its turn comes. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take: (work, { signal }) => {
      const mine = last.then(() => {
        signal.throwIfAborted();
        return work();
      });
      last = mine.catch(() => {});
      return mine;
    },
  };
}
