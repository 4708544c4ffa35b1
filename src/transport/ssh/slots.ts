import { abortable } from './abortable.ts';

/** Bounds how many things of one kind go on at once, in all and for each key. */
export interface Slots {
  /** Waits for a free slot; the caller must call what it gets back, once or more. */
  take(key: string, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

/** `total` may change: what is free by then is given away when something is called back. */
export function createSlots(limits: { readonly total: () => number; readonly perKey: number }): Slots {
  const used = new Map<string, number>();
  let total = 0;
  const waiting: { readonly key: string; readonly start: () => void }[] = [];

  const isFree = (key: string) => total < limits.total() && (used.get(key) ?? 0) < limits.perKey;
  const occupy = (key: string) => {
    total += 1;
    used.set(key, (used.get(key) ?? 0) + 1);
  };
  const startWaiting = () => {
    for (let index = 0; index < waiting.length && total < limits.total(); ) {
      const next = waiting[index];
      if (next !== undefined && isFree(next.key)) {
        waiting.splice(index, 1);
        occupy(next.key);
        next.start();
      } else {
        index += 1;
      }
    }
  };
  const releaser = (key: string) => {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      total -= 1;
      const left = (used.get(key) ?? 1) - 1;
      if (left === 0) used.delete(key);
      else used.set(key, left);
      startWaiting();
    };
  };

  return {
    take: async (key, { signal }) => {
      signal.throwIfAborted();
      if (isFree(key)) {
        occupy(key);
        return releaser(key);
      }
      const turn = Promise.withResolvers<void>();
      let isStarted = false;
      const entry = {
        key,
        start: () => {
          isStarted = true;
          turn.resolve();
        },
      };
      waiting.push(entry);
      try {
        await abortable(turn.promise, signal);
        return releaser(key);
      } catch (error) {
        if (isStarted) releaser(key)();
        else waiting.splice(waiting.indexOf(entry), 1);
        throw error;
      }
    },
  };
}
