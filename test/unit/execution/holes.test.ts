import { expect, test } from 'vitest';
import { Holes } from '../../../src/execution/holes.ts';

test('Holes counts what was passed over and nothing has named, once', () => {
  const holes = new Holes();
  holes.leave(10, 10);
  holes.leave(10, 20);
  holes.leave(30, 50);
  holes.explain(15, 35);
  holes.explain(40, 40);
  expect([holes.take(), holes.take()]).toEqual([5 + 15, 0]);
});

test('Holes of a server that leaves them without end are counted, not kept', () => {
  const holes = new Holes();
  for (let at = 0; at < 100_000; at += 2) holes.leave(at, at + 1);
  expect(holes.take()).toBeGreaterThanOrEqual(50_000);
});
