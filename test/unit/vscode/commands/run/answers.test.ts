import { expect, test } from 'vitest';
import { lastAnswers, proposedAnswer, rememberAnswers } from '../../../../../src/vscode/commands/run/answers.ts';
import { memoryOf } from '../../memory.ts';

test('rememberAnswers() adds to what was answered before, event by event', async () => {
  const memory = memoryOf();
  await rememberAnswers(memory, 'deploy', { stage: 'test', tag: 'v1' });
  await rememberAnswers(memory, 'deploy', { stage: 'prod' });
  expect(lastAnswers(memory, 'deploy')).toEqual({ stage: 'prod', tag: 'v1' });
  expect(lastAnswers(memory, 'restart')).toEqual({});
});

test('proposedAnswer() is the last answer, else the default, and only what is possible', () => {
  const stage = { id: 'stage', default: 'test', options: ['test', 'prod'] };
  expect([
    proposedAnswer(stage, { stage: 'prod' }),
    proposedAnswer(stage, { stage: 'gone' }),
    proposedAnswer({ ...stage, default: 'gone' }, {}),
    proposedAnswer({ id: 'tag' }, { tag: '' }),
    proposedAnswer({ id: 'tag' }, {}),
    proposedAnswer({ id: 'constructor' }, {}),
  ]).toEqual(['prod', 'test', undefined, '', undefined, undefined]);
});
