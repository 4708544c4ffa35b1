import { expect, test } from 'vitest';
import { SharedFolders } from '../../../src/store/sync-file.ts';

/** Folders whose syncs end when they are told to. */
function fixture() {
  const begun: { readonly folder: string; readonly end: (error?: Error) => void }[] = [];
  const folders = new SharedFolders((folder) => {
    const ended = Promise.withResolvers<void>();
    const end = (error?: Error): void => (error ? ended.reject(error) : ended.resolve());
    begun.push({ folder, end });
    return ended.promise;
  });
  return { begun, folders };
}

test('SharedFolders.sync() lets those who come while one is under way wait for the next one together', async () => {
  const { begun, folders } = fixture();
  const done: string[] = [];
  const sync = (folder: string, who: string): Promise<void> => folders.sync(folder).then(() => void done.push(who));
  const all = [sync('logs', 'a'), sync('logs', 'b'), sync('other', 'x'), sync('logs', 'c')];
  expect(begun.map(({ folder }) => folder)).toEqual(['logs', 'other']);
  begun[0]?.end();
  await all[0];
  // What b and c have made may not be in the first one.
  expect(done).toEqual(['a']);
  await expect.poll(() => begun.length).toBe(3);
  all.push(sync('logs', 'd'));
  begun[2]?.end();
  await Promise.all([all[1], all[3]]);
  expect(done).toEqual(['a', 'b', 'c']);
  await expect.poll(() => begun.length).toBe(4);
  for (const { end } of begun) end();
  await Promise.all(all);
  const last = sync('logs', 'e');
  expect(begun.length).toBe(5);
  begun[4]?.end();
  await last;
});

test('SharedFolders.sync() tells each who waits of its own failure, and the next one is tried', async () => {
  const { begun, folders } = fixture();
  const [first, second] = [folders.sync('logs'), folders.sync('logs')];
  begun[0]?.end(new Error('disk'));
  await expect(first).rejects.toThrow('disk');
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.end();
  await second;
});
