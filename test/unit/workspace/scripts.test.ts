import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Stopped } from '../../../src/domain/errors.ts';
import { findScripts } from '../../../src/workspace/workspace.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cronium-scripts-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

test('findScripts() finds known extensions and shebangs, and says which have a header', async () => {
  const root = await folderWith({
    'deploy.sh': '# cronium:\n#   name: N\n',
    'ops/report.py': 'print(1)\n',
    'ops/tool': '#!/bin/sh\n',
    'README.md': '# cronium:\n',
    'data.bin': '\0\0',
    'node_modules/x/index.js': '',
    'dist/x.js': '',
    '.git/hooks/pre-commit': '#!/bin/sh\n',
    '.hidden/run.sh': '',
    'late.sh': `#${'x'.repeat(9_000)}\n# cronium:\n`,
  });
  await symlink('.', join(root, 'circle'));
  await symlink('nowhere', join(root, 'dangling.sh'));
  const { scripts, isComplete } = await findScripts(root, { signal: new AbortController().signal });
  expect({ isComplete, scripts: scripts.map(({ file, hasHeader }) => [file.root, file.path, hasHeader]) }).toEqual({
    isComplete: true,
    scripts: [
      [root, 'deploy.sh', true],
      [root, 'late.sh', false],
      [root, 'ops/report.py', false],
      [root, 'ops/tool', false],
    ],
  });
});

test('findScripts() ends at its limit and says so', async () => {
  const files = Array.from({ length: 2_010 }, (_, index) => [`${index}.sh`, ''] as const);
  const root = await folderWith(Object.fromEntries(files));
  const { scripts, isComplete } = await findScripts(root, { signal: new AbortController().signal });
  expect([scripts.length, isComplete]).toEqual([2_000, false]);
});

test('findScripts() finds nothing in a folder that is not there, and stops when it is told to', async () => {
  const { signal } = new AbortController();
  expect(await findScripts('/nowhere', { signal })).toEqual({ scripts: [], isComplete: true });
  const stopped = new Stopped('user');
  await expect(findScripts('/nowhere', { signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
});
