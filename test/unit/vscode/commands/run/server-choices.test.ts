import { expect, test } from 'vitest';
import {
  findChoice,
  readChoices,
  type ServerChoices,
  withChoice,
} from '../../../../../src/vscode/commands/run/server-choices.ts';

test('findChoice() is the last choice for the script, else the last of any', () => {
  let choices: ServerChoices = [];
  expect(findChoice(choices, 'a.sh')).toBeUndefined();
  choices = withChoice(choices, { script: 'a.sh', servers: ['web1'] });
  choices = withChoice(choices, { script: 'b.sh', servers: ['web2'] });
  choices = withChoice(choices, { script: 'a.sh', servers: ['web3'] });
  expect(['a.sh', 'b.sh', 'c.sh'].map((script) => findChoice(choices, script))).toEqual([['web3'], ['web2'], ['web3']]);
  expect(choices.length).toBe(2);
});

test('withChoice() forgets the oldest', () => {
  let choices: ServerChoices = [];
  for (let script = 0; script < 150; script++) choices = withChoice(choices, { script: `${script}.sh`, servers: [] });
  expect([choices.length, choices[0]?.script]).toEqual([100, '149.sh']);
});

test('readChoices() leaves out what another version has written', () => {
  const choice = { script: 'a.sh', servers: ['web1'] };
  expect(readChoices([choice, 'a.sh', { script: 'b.sh' }, { script: 'c.sh', servers: [1] }])).toEqual([choice]);
  expect([readChoices(undefined), readChoices({ script: 'a.sh' })]).toEqual([[], []]);
});
