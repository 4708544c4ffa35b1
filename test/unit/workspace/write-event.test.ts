import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDeclaration } from '../../../src/workspace/declaration.ts';
import type { NewEvent, TextEdit } from '../../../src/workspace/document.ts';
import { readEvent } from '../../../src/workspace/workspace.ts';
import { writeEntry, writeHeader } from '../../../src/workspace/write-event.ts';

function edited(text: string, { line, column, text: added }: TextEdit): string {
  const lines = text.split('\n');
  lines[line - 1] = (lines[line - 1] ?? '').slice(0, column - 1) + added + (lines[line - 1] ?? '').slice(column - 1);
  return lines.join('\n');
}

const EVENT: NewEvent = { name: 'Restart web', servers: ['web-*', '@all'] };

test.each<[string, string, string]>([
  ['a.sh', '#!/bin/sh\necho\n', '#!/bin/sh\n# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\necho\n'],
  ['a.sh', 'echo\n', '# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\necho\n'],
  ['a.sh', '', '# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\n'],
  ['a.sh', '#!/bin/sh', '#!/bin/sh\n# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\n'],
  [
    'a.sh',
    '#!/bin/sh\n# Ours\n',
    '#!/bin/sh\n# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\n\n# Ours\n',
  ],
  ['a.js', 'run();\n', '// cronium:\n//   name: Restart web\n//   servers: [web-*, "@all"]\nrun();\n'],
  [
    'a',
    '#!/usr/bin/env node\nrun();\n',
    '#!/usr/bin/env node\n// cronium:\n//   name: Restart web\n//   servers: [web-*, "@all"]\nrun();\n',
  ],
  ['a.lua', 'x()\n', '-- cronium:\n--   name: Restart web\n--   servers: [web-*, "@all"]\nx()\n'],
  ['a.php', '<?php\nx();\n', '<?php\n// cronium:\n//   name: Restart web\n//   servers: [web-*, "@all"]\nx();\n'],
  [
    'a.py',
    '#!/usr/bin/python3\n# -*- coding: utf-8 -*-\nx()\n',
    '#!/usr/bin/python3\n# -*- coding: utf-8 -*-\n# cronium:\n#   name: Restart web\n#   servers: [web-*, "@all"]\nx()\n',
  ],
])('writeHeader() of %s %j', (path, text, expected) => {
  const document = { root: '/ws', path, text };
  const written = edited(text, writeHeader(document, EVENT));
  expect(written).toBe(expected);
  const { event, problems } = readEvent({ ...document, text: written });
  expect({ problems, event }).toMatchObject({ problems: [], event: EVENT });
});

test('writeHeader() says why a script cannot have one', () => {
  const write = (path: string, text: string) => () => writeHeader({ root: '/ws', path, text }, EVENT);
  expect(write('a.sh', '# cronium:\n')).toThrow('Cannot give "a.sh" a header: it has one');
  expect(write('notes.txt', 'x')).toThrow(
    /^Cannot give "notes.txt" a header: nothing says what runs it; begin it with/,
  );
});

const ENTRY = '  restart-web:\n    script: ops/a.sh\n    name: Restart web\n    servers: [web-*, "@all"]\n';

test.each<[string, string]>([
  ['', `events:\n${ENTRY}`],
  ['# ours\n', `# ours\nevents:\n${ENTRY}`],
  ['events:\n', `events:\n${ENTRY}`],
  ['events: # all\n', `events: # all\n${ENTRY}`],
  ['events:\n  a:\n    script: x\n', `events:\n  a:\n    script: x\n${ENTRY}`],
  ['events:\n  a:\n    script: x', `events:\n  a:\n    script: x\n${ENTRY}`],
  ['events:\n  a:\n    script: x\n\n\n', `events:\n  a:\n    script: x\n${ENTRY}\n\n`],
  ['events:\n  a: {script: x}\n', `events:\n  a: {script: x}\n${ENTRY}`],
  ['events:\n    a: {script: x}\n', `events:\n    a: {script: x}\n${ENTRY.replace(/^/gm, '  ').trimEnd()}\n`],
])('writeEntry() into %j', (text, expected) => {
  const { edit, id } = writeEntry(text, 'ops/a.sh', EVENT);
  const written = edited(text, edit);
  expect([written, id]).toEqual([expected, 'cronium.yaml#restart-web']);
  const { entries, problems } = readDeclaration('cronium.yaml', written);
  expect(problems).toEqual([]);
  expect(entries.at(-1)).toMatchObject({ id, problems: [], fields: { script: 'ops/a.sh', ...EVENT } });
});

test.each<[NewEvent, string, string]>([
  [{ name: 'Größe & Zahl!' }, '', 'größe-zahl'],
  [{ name: '???' }, '', 'event'],
  [{}, '', 'a'],
  [{ name: 'a' }, 'events:\n  a: {}\n  a-2: {}\n', 'a-3'],
])('writeEntry() of %j into %j has the key %s', (event, text, key) => {
  expect(writeEntry(text, 'ops/a.sh', event).id).toBe(`cronium.yaml#${key}`);
});

test.each(['events: {}\n', 'events: {a: {script: x}}\n', 'events: [\n'])('writeEntry() has no place in %j', (text) => {
  expect(() => writeEntry(text, 'a.sh', {})).toThrow(
    'Cannot add an event in cronium.yaml:1: write "events:" with nothing behind it',
  );
});

test('what is written is what is read', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(
      word,
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.dictionary(fc.constantFrom('A', 'B_1'), word),
      (name, args, env) => {
        const event = { name, args, env };
        const document = { root: '/ws', path: 'a.sh', text: 'echo\n' };
        const read = readEvent({ ...document, text: edited(document.text, writeHeader(document, event)) });
        expect(read.problems).toEqual([]);
        expect(read.event).toMatchObject(event);
      },
    ),
  );
});
