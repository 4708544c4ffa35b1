import { expect, test } from 'vitest';
import { findRequest, rememberRequest } from '../../../../../src/vscode/commands/run/run-requests.ts';
import { MEMORY_KEYS } from '../../../../../src/vscode/contributions.ts';
import { memoryOf } from '../../memory.ts';

test('findRequest() is what was given to that very run', async () => {
  const memory = memoryOf();
  await rememberRequest(memory, 'one', { args: ['--force'], inputs: { stage: 'prod' } });
  await rememberRequest(memory, 'two', { args: [] });
  expect(['one', 'two', 'three', 'constructor'].map((run) => findRequest(memory, run))).toEqual([
    { args: ['--force'], inputs: { stage: 'prod' } },
    { args: [] },
    {},
    {},
  ]);
});

test('rememberRequest() keeps nothing of a run for which nothing was given, and forgets the oldest', async () => {
  const memory = memoryOf();
  await rememberRequest(memory, 'plain', { inputs: {} });
  expect(memory.get(MEMORY_KEYS.runRequests)).toBeUndefined();
  for (let number = 0; number < 101; number++) await rememberRequest(memory, `run ${number}`, { args: [`${number}`] });
  expect(['run 0', 'run 1', 'run 100'].map((run) => findRequest(memory, run).args)).toEqual([
    undefined,
    ['1'],
    ['100'],
  ]);
});

test('findRequest() passes over what another version left', () => {
  const left = { one: { args: ['a', 1], inputs: ['x'] }, two: 'x' };
  const memory = memoryOf({ [MEMORY_KEYS.runRequests]: left });
  expect(['one', 'two'].map((run) => findRequest(memory, run))).toEqual([{ args: ['a'] }, {}]);
});
