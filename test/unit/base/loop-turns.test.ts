import { expect, test } from 'vitest';
import { LoopTurns } from '../../../src/base/loop-turns.ts';

test('LoopTurns lets one begin in each turn of the loop, in order, and others in between', async () => {
  const turns = new LoopTurns();
  const happened: string[] = [];
  const begin = async (name: string) => {
    await turns.take();
    happened.push(name);
    setImmediate(() => happened.push(`between after ${name}`));
  };
  await Promise.all(['a', 'b', 'c'].map(begin));
  expect(happened.filter((each) => each.length === 1)).toEqual(['a', 'b', 'c']);
  expect(happened.indexOf('between after a')).toBeLessThan(happened.indexOf('c'));
  await turns.take();
});
