import { expect, test } from 'vitest';
import {
  chosenInterpreter,
  lacksInterpreter,
  rememberInterpreter,
  withInterpreter,
} from '../../../../../src/vscode/commands/run/chosen-interpreters.ts';
import { readEvent } from '../../../../../src/workspace/workspace.ts';
import { memoryOf } from '../../memory.ts';

const UNKNOWN = readEvent({ root: '/project', path: 'tool.unknown', text: 'print(1)\n' });
const KNOWN = readEvent({ root: '/project', path: 'tool.py', text: 'print(1)\n' });

test('lacksInterpreter() is for scripts of which nothing says what runs them', () => {
  expect([lacksInterpreter(UNKNOWN), lacksInterpreter(KNOWN)]).toEqual([true, false]);
});

test('withInterpreter() takes a known command with its arguments, and other words as they are', () => {
  const interpreterOf = (words: string): unknown => withInterpreter(UNKNOWN, words).event.interpreter;
  expect(interpreterOf('python3')).toEqual({ commands: ['python3', 'python'], args: [] });
  expect(interpreterOf('pwsh')).toEqual({ commands: ['pwsh'], args: ['-File'] });
  expect(interpreterOf('deno run -A')).toEqual({ commands: ['deno'], args: ['run', '-A'] });
  expect(withInterpreter(UNKNOWN, 'sh').problems).toEqual([]);
});

test('rememberInterpreter() is for one script, and found again', async () => {
  const memory = memoryOf();
  expect(chosenInterpreter(memory, UNKNOWN)).toBeUndefined();
  await rememberInterpreter(memory, UNKNOWN, 'deno run');
  expect(chosenInterpreter(memory, UNKNOWN)).toBe('deno run');
  expect(chosenInterpreter(memory, KNOWN)).toBeUndefined();
});
