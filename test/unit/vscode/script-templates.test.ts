import { expect, test } from 'vitest';
import { interpreterFor } from '../../../src/domain/interpreter.ts';
import { SCRIPT_LANGUAGES } from '../../../src/vscode/contributions.ts';
import { fileNameFor, nameFor, newScript, SCRIPT_TEMPLATES, scriptText } from '../../../src/vscode/script-templates.ts';

test('every new script is of a language that we know, and it is known what runs it', () => {
  for (const template of SCRIPT_TEMPLATES) {
    expect(SCRIPT_LANGUAGES).toContain(template.languageId);
    const path = `script${template.extension}`;
    expect(() => interpreterFor({ path, text: scriptText(template) })).not.toThrow();
  }
});

test('newScript() begins as the name says, and is empty when the name says nothing', () => {
  expect(newScript('ops/restart.PY').split('\n')[0]).toBe('#!/usr/bin/env python3');
  expect(newScript('Makefile')).toBe('');
});

test('fileNameFor() makes a plain name of what a person calls an event', () => {
  const names = ['Restart web', '  Ünïcode & co. ', '../../etc/passwd', '日本', '…'];
  expect(names.map((name) => fileNameFor(name, '.sh'))).toEqual([
    'restart-web.sh',
    'unicode-co.sh',
    'etc-passwd.sh',
    '日本.sh',
    undefined,
  ]);
  expect(fileNameFor('a'.repeat(500), '.sh')?.length).toBe(83);
});

test('nameFor() calls an event as its file', () => {
  const paths = ['ops/restart-web.sh', 'backup_db.py', 'deploy', '.hidden', 'a.b.sh'];
  expect(paths.map(nameFor)).toEqual(['Restart web', 'Backup db', 'Deploy', 'Hidden', 'A b']);
});
