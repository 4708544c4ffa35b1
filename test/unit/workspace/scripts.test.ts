import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeFiles } from '../../../src/app/node-files.ts';
import { Stopped } from '../../../src/domain/errors.ts';
import type { Files } from '../../../src/domain/files.ts';
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
  const { scripts, isComplete } = await findScripts(root, { files: nodeFiles, signal: new AbortController().signal });
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

/** A folder on another machine with one script near its top and very many deeper. */
function largeFolder(search?: Files['search']): Files {
  const names = Array.from({ length: 20_010 }, (_, index) => `${index}.sh`);
  const unused = () => Promise.reject(new Error('nobody asks for it'));
  return {
    stat: unused,
    read: unused,
    resolve: unused,
    ...(search ? { search } : {}),
    list: async ({ path }) => {
      if (path === 'deep') return names.map((name) => ({ name, kind: 'file' as const }));
      return [
        { name: 'top.sh', kind: 'file' },
        { name: 'deep', kind: 'folder' },
      ];
    },
    readStart: async ({ path }) => Buffer.from(path.startsWith('deep/') ? '' : '# cronium:\n'),
  };
}

test('findScripts() ends at its limit and says so, with the scripts near the top', async () => {
  const { signal } = new AbortController();
  const walked = await findScripts('/large', { files: largeFolder(), signal });
  expect([walked.scripts.length, walked.isComplete]).toEqual([20_000, false]);
  expect(walked.scripts.filter(({ hasHeader }) => hasHeader).map(({ file }) => file.path)).toEqual(['top.sh']);
});

test('findScripts() takes what the editor has found in place of a walk', async () => {
  const { signal } = new AbortController();
  const asked: unknown[] = [];
  const files = largeFolder(async (root, { skippedFolders, maxFiles }) => {
    asked.push(root, skippedFolders, maxFiles);
    return ['deep/b.sh', 'a.sh', 'picture.png'];
  });
  const { scripts, isComplete } = await findScripts('/large', { files, signal });
  expect([scripts.map(({ file }) => file.path), isComplete]).toEqual([['a.sh', 'deep/b.sh'], true]);
  expect(asked).toEqual(['/large', ['node_modules', 'dist', '__pycache__'], 20_000]);
  const unknown = await findScripts('/large', { files: largeFolder(async () => undefined), signal });
  expect(unknown.scripts).toHaveLength(20_000);
});

test('findScripts() does not open what is never a script', async () => {
  const opened: string[] = [];
  const files: Files = {
    ...nodeFiles,
    readStart: (file, options) => {
      opened.push(file.path);
      return nodeFiles.readStart(file, options);
    },
  };
  const root = await folderWith({
    'a.sh': '',
    'b.PNG': '',
    'c.json': '',
    tool: '',
    'deploy.prod': '',
    'd.min.css': '',
  });
  await findScripts(root, { files, signal: new AbortController().signal });
  expect(opened.sort()).toEqual(['a.sh', 'deploy.prod', 'tool']);
});

test('findScripts() finds nothing in a folder that is not there, and stops when it is told to', async () => {
  const { signal } = new AbortController();
  expect(await findScripts('/nowhere', { files: nodeFiles, signal })).toEqual({ scripts: [], isComplete: true });
  const stopped = new Stopped('user');
  await expect(findScripts('/nowhere', { files: nodeFiles, signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
});
