/** Resolves after `ms` milliseconds, or rejects with `signal.reason`. */
export function wait(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The promise's value, or `signal.reason` as soon as the signal aborts. The promise itself goes on. */
export function abortable<T>(promise: Promise<T>, { signal }: { readonly signal: AbortSignal }): Promise<T> {
  // Who does not wait for it does not hear of its failure; nobody else may be listening.
  promise.catch(() => {});
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The promise's value, or a rejection with `late()` after `ms` milliseconds. */
export function deadline<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
