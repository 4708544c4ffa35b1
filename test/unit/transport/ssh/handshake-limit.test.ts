import { expect, test } from 'vitest';
import { createHandshakeLimit } from '../../../../src/transport/ssh/handshake-limit.ts';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('createHandshakeLimit() begins with 32, backs off while the loop is slow, and keeps some', async () => {
  const limit = createHandshakeLimit();
  expect(limit.total).toBe(32);
  const end = limit.begin();
  const seen = new Set<number>();
  await expect
    .poll(
      () => {
        block(100);
        seen.add(limit.total);
        return limit.total;
      },
      { interval: 1, timeout: 10_000 },
    )
    .toBe(8);
  expect(seen.size).toBeGreaterThan(2);
  end();
});

test('createHandshakeLimit() gives more where all are taken and the loop is quick', async () => {
  const limit = createHandshakeLimit();
  const ends = Array.from({ length: 300 }, () => limit.begin());
  // A busy machine may take some back in between.
  await expect.poll(() => limit.total, { timeout: 20_000, interval: 50 }).toBeGreaterThan(32);
  for (const end of ends) end();
});
