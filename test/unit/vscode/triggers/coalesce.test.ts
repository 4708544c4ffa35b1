import { expect, test } from 'vitest';
import { createCoalescer } from '../../../../src/vscode/triggers/coalesce.ts';

/** A coalescer whose work waits to be let go, step by step; what is gathered is gathered at once unless told otherwise. */
function setUp(gather: () => Promise<void> = () => Promise.resolve()) {
  const begun: string[] = [];
  const gates: { resolve(): void; reject(error: Error): void; readonly newer: AbortSignal }[] = [];
  const coalescer = createCoalescer<string>({
    work: (item, { newer }) => {
      begun.push(item);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      gates.push({ resolve, reject, newer });
      return promise;
    },
    merge: (before, after) => `${before}+${after}`,
    gather,
  });
  return { coalescer, begun, gates };
}

test('createCoalescer() does what came while it was busy as one, once', async () => {
  const { coalescer, begun, gates } = setUp();
  const done = coalescer.request('deploy.sh', 'first');
  await expect.poll(() => begun).toEqual(['first']);
  await coalescer.request('deploy.sh', 'second');
  await coalescer.request('deploy.sh', 'third');
  expect(begun).toEqual(['first']);
  gates[0]?.resolve();
  await expect.poll(() => begun).toEqual(['first', 'second+third']);
  gates[1]?.resolve();
  await done;
  expect(begun).toEqual(['first', 'second+third']);
});

test('createCoalescer() begins with all that comes while it gathers', async () => {
  const gathered = Promise.withResolvers<void>();
  const { coalescer, begun, gates } = setUp(() => gathered.promise);
  const done = coalescer.request('deploy.sh', 'first');
  await coalescer.request('deploy.sh', 'second');
  expect(begun).toEqual([]);
  gathered.resolve();
  await expect.poll(() => begun).toEqual(['first+second']);
  expect(gates[0]?.newer.aborted).toBe(false);
  gates[0]?.resolve();
  await done;
});

test('createCoalescer() tells the work that something newer waits', async () => {
  const { coalescer, begun, gates } = setUp();
  const done = coalescer.request('deploy.sh', 'first');
  await expect.poll(() => begun).toEqual(['first']);
  expect(gates[0]?.newer.aborted).toBe(false);
  await coalescer.request('deploy.sh', 'second');
  expect(gates[0]?.newer.aborted).toBe(true);
  gates[0]?.resolve();
  await expect.poll(() => begun).toEqual(['first', 'second']);
  expect(gates[1]?.newer.aborted).toBe(false);
  gates[1]?.resolve();
  await done;
});

test('createCoalescer() does not hold up other keys', async () => {
  const { coalescer, begun, gates } = setUp();
  const all = [coalescer.request('one.sh', 'one'), coalescer.request('two.sh', 'two')];
  await expect.poll(() => begun).toEqual(['one', 'two']);
  for (const gate of gates) gate.resolve();
  await Promise.all(all);
});

test('createCoalescer() is free again after work that threw', async () => {
  const { coalescer, begun, gates } = setUp();
  const done = coalescer.request('deploy.sh', 'first');
  await expect.poll(() => begun).toEqual(['first']);
  gates[0]?.reject(new Error('no server'));
  await expect(done).rejects.toThrow('no server');
  const again = coalescer.request('deploy.sh', 'second');
  await expect.poll(() => begun).toEqual(['first', 'second']);
  gates[1]?.resolve();
  await again;
});
