import { expect, test } from 'vitest';
import { selectedScript } from '../../../../../src/vscode/commands/run/selected-script.ts';

test('selectedScript() is started by what starts the whole script', () => {
  const text = '\ufeff#!/usr/bin/env python3\r\nimport os\nprint(1)\nprint(2)\n';
  expect([
    selectedScript(text, ['print(2)']),
    selectedScript(text, ['import os\n', 'print(2)']),
    selectedScript(text, ['#!/bin/sh\necho']),
    selectedScript('echo one\necho two\n', ['echo two']),
  ]).toEqual([
    '#!/usr/bin/env python3\nprint(2)\n',
    '#!/usr/bin/env python3\nimport os\nprint(2)\n',
    '#!/bin/sh\necho\n',
    'echo two\n',
  ]);
});
