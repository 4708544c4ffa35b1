import { expect, test } from 'vitest';
import { EventIndex } from '../../../src/vscode/event-index.ts';
import type { FolderEvents } from '../../../src/vscode/views/events.ts';

function setUp() {
  const searches: PromiseWithResolvers<readonly FolderEvents[]>[] = [];
  const index = new EventIndex(() => {
    const search = Promise.withResolvers<readonly FolderEvents[]>();
    searches.push(search);
    return search.promise;
  });
  const found = (name: string): readonly FolderEvents[] => [{ name, root: `/${name}`, events: [] }];
  return { index, searches, found };
}

test('EventIndex looks once for all who ask together, and not again while nothing changes', async () => {
  const { index, searches, found } = setUp();
  const both = [index.get(), index.get()];
  searches[0]?.resolve(found('one'));
  expect(await Promise.all(both)).toEqual([found('one'), found('one')]);
  expect(await index.get()).toEqual(found('one'));
  expect(searches.length).toBe(1);
});

test('EventIndex looks again when something has changed, also while it looked', async () => {
  const { index, searches, found } = setUp();
  void index.get();
  index.touch();
  const events = index.get();
  searches[0]?.resolve(found('one'));
  await expect.poll(() => searches.length).toBe(2);
  searches[1]?.resolve(found('two'));
  expect(await events).toEqual(found('two'));
});

test('EventIndex gives an answer though something changes all the time', async () => {
  const { index, searches, found } = setUp();
  const first = index.get();
  index.touch();
  const second = index.get();
  searches[0]?.resolve(found('one'));
  expect(await first).toEqual(found('one'));
  await expect.poll(() => searches.length).toBe(2);
  index.touch();
  searches[1]?.resolve(found('two'));
  expect(await second).toEqual(found('two'));
  expect(searches.length).toBe(2);
});

test('EventIndex tells a failure to who asks, and tries again', async () => {
  const { index, searches, found } = setUp();
  const failed = index.get();
  searches[0]?.reject(new Error('no such folder'));
  await expect(failed).rejects.toThrow('no such folder');
  const again = index.get();
  searches[1]?.resolve(found('one'));
  expect(await again).toEqual(found('one'));
});

test('EventIndex says that what was found may be old', () => {
  const { index } = setUp();
  let count = 0;
  using _listening = index.onDidChange(() => count++);
  index.touch();
  expect(count).toBe(1);
});
