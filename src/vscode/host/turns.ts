import { abortable } from '../../base/wait.ts';

/** One at a time, in the order of asking: for what only one person can answer. */
export interface Turns {
  /** Runs `work` when it is its turn. A caller that is stopped while it waits gives up its place and is told at once. */
  take<T>(work: () => Promise<T>, options: { readonly signal: AbortSignal }): Promise<T>;
  /** Nobody gets a turn until this is disposed, as often as it was called; who has one keeps it. */
  hold(): Disposable;
  readonly isHeld: boolean;
  /** Resolves when nobody holds it any more. */
  released(): Promise<void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  let holders = 0;
  let free = Promise.withResolvers<void>();
  const released = async (): Promise<void> => {
    while (holders > 0) await free.promise;
  };
  return {
    get isHeld() {
      return holders > 0;
    },
    released,
    take: async (work, { signal }) => {
      const before = last;
      const mine = Promise.withResolvers<void>();
      // Who gave up its place hands on the one that it waited for.
      last = before.then(() => mine.promise);
      try {
        await abortable(before, { signal });
        await abortable(released(), { signal });
        return await work();
      } finally {
        mine.resolve();
      }
    },
    hold: () => {
      let isHeld = true;
      if (holders === 0) free = Promise.withResolvers();
      holders += 1;
      return {
        [Symbol.dispose]: () => {
          if (!isHeld) return;
          isHeld = false;
          holders -= 1;
          if (holders === 0) free.resolve();
        },
      };
    },
  };
}
