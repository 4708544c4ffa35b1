import { expect, test } from 'vitest';
import { Pauses } from '../../../src/execution/pauses.ts';

const LONG_MS = 3_600_000;
const never = new AbortController().signal;

test('Pauses.end() ends the pauses of the servers it names, and of all when it names none', async () => {
  const pauses = new Pauses();
  const first = pauses.wait({ name: 'web1' }, LONG_MS, { signal: never });
  const second = pauses.wait({ name: 'web2' }, LONG_MS, { signal: never });
  expect(pauses.end(['web1', 'db'])).toBe(true);
  await first;
  expect(pauses.end(['web1'])).toBe(false);
  expect(pauses.end()).toBe(true);
  await second;
  expect(pauses.end()).toBe(false);
});

test('Pauses.endOld() ends what has lasted for a while and leaves what began just now', async () => {
  let now = 0;
  const pauses = new Pauses(() => now);
  const old = pauses.wait({ name: 'web1' }, LONG_MS, { signal: never });
  now = 5_000;
  const young = pauses.wait({ name: 'web2' }, LONG_MS, { signal: never });
  pauses.endOld();
  await old;
  expect(pauses.end(['web1'])).toBe(false);
  expect(pauses.end(['web2'])).toBe(true);
  await young;
});

test('Pauses.wait() rejects with the reason of its signal, and is not waited for any more', async () => {
  const pauses = new Pauses();
  const stop = new AbortController();
  const waiting = pauses.wait({ name: 'web1' }, LONG_MS, { signal: stop.signal });
  stop.abort(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  expect(pauses.end()).toBe(false);
});
