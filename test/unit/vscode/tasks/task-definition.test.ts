import { expect, test } from 'vitest';
import { CroniumError } from '../../../../src/domain/errors.ts';
import { parseTask } from '../../../../src/vscode/tasks/task-definition.ts';

test('parseTask() takes what tasks.json may say', () => {
  const definition = {
    type: 'cronium',
    event: 'cronium.yaml#restart',
    servers: ['web-*'],
    args: ['a b'],
    env: { A: '1' },
  };
  expect(parseTask({ ...definition, input: { list: [1] } })).toEqual({
    what: { kind: 'event', name: 'cronium.yaml#restart' },
    servers: ['web-*'],
    args: ['a b'],
    env: { A: '1' },
    input: { list: [1] },
  });
  expect(parseTask({ type: 'cronium', script: 'ops/web.sh' })).toEqual({
    what: { kind: 'script', name: 'ops/web.sh' },
  });
});

test('parseTask() says what is wrong', () => {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{}, 'it names nothing to run; give it an "event" or a "script"'],
    [{ event: ' ' }, 'it names nothing to run; give it an "event" or a "script"'],
    [{ event: 'a', script: 'b' }, 'it has both "event" and "script"; one of them says what runs'],
    [{ event: 'a', servers: 'web' }, '"servers" is no list of texts'],
    [{ event: 'a', args: [1] }, '"args" is no list of texts'],
    [{ event: 'a', env: ['A=1'] }, '"env" is no object of texts'],
  ];
  for (const [definition, found] of cases) {
    expect(() => parseTask(definition)).toThrow(new CroniumError('usage/task', `Cannot run the task: ${found}`));
  }
});
