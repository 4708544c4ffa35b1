/** Applies `work` to each item, at most `ahead` at a time, and gives the results in the order of the items. */
export async function* mapAhead<T, R>(
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
  { ahead }: { readonly ahead: number },
): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  for (const item of items) {
    const one = work(item);
    // It may fail before its turn, or when nobody asks any more; whose turn comes still hears of it.
    one.catch(() => {});
    started.push(one);
    if (started.length >= ahead) yield await (started.shift() as Promise<R>);
  }
  while (started.length > 0) yield await (started.shift() as Promise<R>);
}
