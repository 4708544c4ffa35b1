import { expect, test } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import type { Interpreter } from '../../../src/domain/event.ts';
import { interpreterFor, type ScriptSource } from '../../../src/domain/interpreter.ts';

function check(script: ScriptSource, expected: Interpreter | undefined): void {
  expect(interpreterFor(script)).toEqual(expected);
}

test('interpreterFor() is what the header says, whatever the file says', () => {
  const explicit = { commands: ['python3'], args: ['-u'] };
  check({ path: 'a.sh', text: '#!/bin/sh\n', explicit }, explicit);
});

test('interpreterFor() is none when the file is executed itself', () => {
  check({ path: 'a.py', text: '#!/usr/bin/env python3\n' }, undefined);
  check({ path: 'a', text: '\ufeff#!/bin/sh\n' }, undefined);
  check({ path: 'agent', text: '\x7fELF\x02\x01\x01' }, undefined);
});

test('interpreterFor() goes by the extension, then by the language of the editor', () => {
  check({ path: 'a.py', text: 'print(1)' }, { commands: ['python3', 'python'], args: [] });
  check({ path: 'dir.d/A.SH', text: '' }, { commands: ['sh'], args: [] });
  check({ path: 'a.mjs', text: '' }, { commands: ['node'], args: [] });
  check({ path: 'a.awk', text: '' }, { commands: ['awk'], args: ['-f'] });
  check({ path: 'a.R', text: '' }, { commands: ['Rscript'], args: [] });
  check({ path: 'a.zsh', text: '', languageId: 'shellscript' }, { commands: ['zsh'], args: [] });
  check({ path: 'a', text: '', languageId: 'shellscript' }, { commands: ['bash'], args: [] });
});

test.each(['deploy', 'a.ts', '.sh', 'dir.py/run', 'a.', 'constructor'])(
  'interpreterFor() says how to name the interpreter of %j',
  (path) => {
    const attempt = () => interpreterFor({ path, text: 'echo' });
    expect(attempt).toThrow(CroniumError);
    expect(attempt).toThrow(/it has neither a shebang nor a known extension; begin it with .*"interpreter: bash"/);
  },
);
