/**
 * The items of a source, and `undefined` when none has come for `ms` milliseconds while `isWanted` says that somebody waits to hear
 * of that.
 */
export async function* withSilence<T>(
  source: AsyncIterable<T>,
  { ms, isWanted }: { readonly ms: number; isWanted(): boolean },
): AsyncGenerator<T | undefined> {
  const items = source[Symbol.asyncIterator]();
  try {
    for (let next = items.next(); ; ) {
      if (isWanted() && (await isSilent(next, ms))) {
        yield undefined;
        continue;
      }
      const item = await next;
      if (item.done) return;
      yield item.value;
      next = items.next();
    }
  } finally {
    await items.return?.();
  }
}

async function isSilent(next: Promise<unknown>, ms: number): Promise<boolean> {
  const silence = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => silence.resolve(true), ms);
  try {
    return await Promise.race([next.then(() => false), silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
