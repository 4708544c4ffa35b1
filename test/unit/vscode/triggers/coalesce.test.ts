import { expect, test } from 'vitest';
import { createCoalescer } from '../../../../src/vscode/triggers/coalesce.ts';

/** A coalescer whose work waits to be let go, step by step. */
function setUp() {
  const begun: string[] = [];
  const gates: { resolve(): void; reject(error: Error): void }[] = [];
  const coalescer = createCoalescer<string>((item) => {
    begun.push(item);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    gates.push({ resolve, reject });
    return promise;
  });
  return { coalescer, begun, gates };
}

test('createCoalescer() does the latest of what came while it was busy, once', async () => {
  const { coalescer, begun, gates } = setUp();
  const done = coalescer.request('deploy.sh', 'first');
  await coalescer.request('deploy.sh', 'second');
  await coalescer.request('deploy.sh', 'third');
  expect(begun).toEqual(['first']);
  gates[0]?.resolve();
  await expect.poll(() => begun).toEqual(['first', 'third']);
  gates[1]?.resolve();
  await done;
  expect(begun).toEqual(['first', 'third']);
});

test('createCoalescer() does not hold up other keys', async () => {
  const { coalescer, begun, gates } = setUp();
  const all = [coalescer.request('one.sh', 'one'), coalescer.request('two.sh', 'two')];
  expect(begun).toEqual(['one', 'two']);
  for (const gate of gates) gate.resolve();
  await Promise.all(all);
});

test('createCoalescer() is free again after work that threw', async () => {
  const { coalescer, begun, gates } = setUp();
  const done = coalescer.request('deploy.sh', 'first');
  gates[0]?.reject(new Error('no server'));
  await expect(done).rejects.toThrow('no server');
  const again = coalescer.request('deploy.sh', 'second');
  gates[1]?.resolve();
  await again;
  expect(begun).toEqual(['first', 'second']);
});
