import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findVariableUses, usesIn } from '../../../src/app/variable-uses.ts';

function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'uses-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const signal = new AbortController().signal;

test('findVariableUses() finds the lines of scripts and of cronium.yaml that name a variable', async () => {
  const root = folderOf({
    'cronium.yaml': 'events:\n  a:\n    script: a.sh\n    description: counts in hits by cronium\n',
    'a.sh': '#!/bin/sh\n\n  n=$(cronium.getVariable hits)\ncronium.setVariable hits.max 1\n',
    'lib/b.py': 'import cronium\ncronium.set_variable("hits", 1)\n',
    'plain.sh': 'hits=1\n',
    'notes.txt': 'cronium hits\n',
    'node_modules/c.sh': 'cronium.getVariable hits\n',
  });
  const uses = await findVariableUses(root, 'hits', { signal });
  expect(uses.map(({ file, line, column, text }) => [file.path, line, column, text])).toEqual([
    ['cronium.yaml', 4, 28, 'description: counts in hits by cronium'],
    ['a.sh', 3, 27, 'n=$(cronium.getVariable hits)'],
    ['lib/b.py', 2, 23, 'cronium.set_variable("hits", 1)'],
  ]);
  expect(await findVariableUses(root, 'hits.max', { signal })).toMatchObject([{ file: { path: 'a.sh' }, line: 4 }]);
});

test('findVariableUses() stops when it is told to', async () => {
  const root = folderOf({ 'a.sh': 'cronium.getVariable hits\n' });
  const stopped = AbortSignal.abort(new Error('enough'));
  await expect(findVariableUses(root, 'hits', { signal: stopped })).rejects.toThrow('enough');
});

test.each([
  ['cronium.getVariable a', 1],
  ['cronium.getVariable "a"', 1],
  ['cronium: see a.', 1],
  ['cronium.getVariable a.b', 0],
  ['cronium.getVariable x.a', 0],
  ['cronium.getVariable a-b', 0],
  ['a without us', 0],
])('usesIn() takes a name as a word of its own: %s', (text, count) => {
  expect(usesIn(text, 'a').length).toBe(count);
});

test('usesIn() takes the dots of a name as dots', () => {
  expect(usesIn('cronium.getVariable aXb', 'a.b')).toEqual([]);
});
