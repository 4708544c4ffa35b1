import { expect, test } from 'vitest';
import type { RunStatus } from '../../../../../src/domain/run.ts';
import { runEach } from '../../../../../src/vscode/commands/run/run-each.ts';

function setUp() {
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const ends = new Map<string, PromiseWithResolvers<RunStatus | undefined>>();
  const begin = async (item: string) => {
    begun.push(item);
    const [gate, end] = [Promise.withResolvers<void>(), Promise.withResolvers<RunStatus | undefined>()];
    gates.set(item, gate);
    ends.set(item, end);
    await gate.promise;
    return { id: item, ended: end.promise };
  };
  return { begun, gates, ends, begin };
}

test('runEach() begins one after the other, and does not wait for an end to begin the next', async () => {
  const { begun, gates, ends, begin } = setUp();
  const done = runEach(['one', 'two'], begin);
  await expect.poll(() => begun).toEqual(['one']);
  gates.get('one')?.resolve();
  await expect.poll(() => begun).toEqual(['one', 'two']);
  gates.get('two')?.resolve();
  for (const end of ends.values()) end.resolve('success');
  await done;
});

test('runEach() tells at once of one that cannot begin, and begins none behind it', async () => {
  const { begun, gates, begin } = setUp();
  const done = runEach(['one', 'two', 'three'], begin);
  await expect.poll(() => begun).toEqual(['one']);
  gates.get('one')?.resolve();
  await expect.poll(() => begun).toEqual(['one', 'two']);
  gates.get('two')?.reject(new Error('given up'));
  // The first one goes on.
  await expect(done).rejects.toThrow('given up');
  expect(begun).toEqual(['one', 'two']);
});
