/** Work that is asked for by a key; what comes while its key is busy waits, and is done as one. */
export interface Coalescer<T> {
  /** Resolves when nothing is left to do for the key; rejects with what the work throws. */
  request(key: string, item: T): Promise<void>;
}

export interface CoalescerOptions<T> {
  /** Does the work; `newer` is aborted when something else is waiting behind it. */
  work(item: T, options: { readonly newer: AbortSignal }): Promise<void>;
  /** What is to be done for two requests that wait. */
  merge(before: T, after: T): T;
  /** Resolves when what comes together has come, before each piece of work. */
  gather(): Promise<void>;
}

interface Key<T> {
  waiting: { readonly item: T } | undefined;
  newer: AbortController;
}

export function createCoalescer<T>({ work, merge, gather }: CoalescerOptions<T>): Coalescer<T> {
  const busy = new Map<string, Key<T>>();
  return {
    request: async (key, item) => {
      const found = busy.get(key);
      if (found) {
        found.waiting = { item: found.waiting ? merge(found.waiting.item, item) : item };
        found.newer.abort();
        return;
      }
      const own: Key<T> = { waiting: { item }, newer: new AbortController() };
      busy.set(key, own);
      try {
        while (own.waiting) {
          await gather();
          const next: T = own.waiting.item;
          own.waiting = undefined;
          own.newer = new AbortController();
          await work(next, { newer: own.newer.signal });
        }
      } finally {
        busy.delete(key);
      }
    },
  };
}
