import { expect, test } from 'vitest';
import { addUntold, takeUntold, untoldRuns } from '../../../../../src/vscode/commands/run/untold-runs.ts';
import { MEMORY_KEYS } from '../../../../../src/vscode/contributions.ts';
import { memoryOf } from '../../memory.ts';

test('takeUntold() gives the end of a run to the first who asks', async () => {
  const memory = memoryOf();
  await addUntold(memory, 'one');
  await addUntold(memory, 'other');
  expect(await Promise.all([takeUntold(memory, 'one'), takeUntold(memory, 'one')])).toEqual([true, false]);
  expect(untoldRuns(memory)).toEqual(['other']);
  expect([await takeUntold(memory, 'unknown'), await takeUntold(memory, 'other')]).toEqual([false, true]);
  expect(memory.get(MEMORY_KEYS.untoldRuns)).toBeUndefined();
});

test('addUntold() keeps the latest runs only', async () => {
  const memory = memoryOf();
  for (let at = 0; at < 60; at++) await addUntold(memory, `run-${at}`);
  expect([untoldRuns(memory).length, untoldRuns(memory)[0], untoldRuns(memory).at(-1)]).toEqual([
    50,
    'run-10',
    'run-59',
  ]);
});

test('untoldRuns() reads what another version has left', () => {
  expect(untoldRuns(memoryOf({ [MEMORY_KEYS.untoldRuns]: { one: true } }))).toEqual([]);
});
