import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Content, editorFiles, ROOT } from '../../../fixtures/editor-fs.ts';

const LIMITS = { skippedFolders: ['node_modules'], maxFiles: 100, signal: new AbortController().signal };

function localFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'cronium-editor-files-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'lib'));
  writeFileSync(join(root, 'lib/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('lib', join(root, 'current'));
  return root;
}

/** Files of which one has changes in an editor. */
function filesWith(changed: Readonly<Record<string, string>>, contents: Readonly<Record<string, Content>>) {
  return editorFiles(contents, {
    changedBytes: (uri) => {
      const text = changed[uri.path.slice('/folder/'.length)];
      return text === undefined ? undefined : Promise.resolve(Buffer.from(text));
    },
  });
}

async function textOf(bytes: Promise<Uint8Array>): Promise<string> {
  return Buffer.from(await bytes).toString();
}

test('editor files have the text of an editor with changes', async () => {
  const files = filesWith({ 'run.sh': 'new text', 'gone.sh': 'kept' }, { 'run.sh': 'old', 'lib.sh': 'saved' });
  const place = { root: ROOT, path: 'run.sh' };
  expect(await textOf(files.read(place, { maxBytes: 8 }))).toBe('new text');
  expect(await textOf(files.readStart(place, { maxBytes: 3 }))).toBe('new');
  expect(await textOf(files.read({ root: ROOT, path: 'lib.sh' }, { maxBytes: 8 }))).toBe('saved');
  await expect(files.read(place, { maxBytes: 7 })).rejects.toMatchObject({ problem: 'tooLarge' });
});

test('editor files have the text of an editor in a folder of this machine, too', async () => {
  const root = localFolder();
  const files = editorFiles({}, { changedBytes: () => Promise.resolve(Buffer.from('#!new')) });
  expect(await textOf(files.readStart({ root, path: 'lib/run.sh' }, { maxBytes: 100 }))).toBe('#!new');
  expect(await textOf(files.read({ root, path: 'lib/run.sh' }, { maxBytes: 100 }))).toBe('#!new');
});

test('editor files of a folder on this machine know permissions and where links lead', async () => {
  const root = localFolder();
  const files = editorFiles({});
  expect(await files.stat({ root, path: 'current/run.sh' })).toEqual({ kind: 'file', size: 10, isExecutable: true });
  expect(await files.resolve({ root, path: 'current/run.sh' })).toBe('lib/run.sh');
});

test('editor files say what went wrong in the words of the port', async () => {
  const failing = (code?: string) =>
    editorFiles(
      {},
      {
        fs: {
          stat: async () => ({ type: 1, ctime: 0, mtime: 0, size: 1 }),
          readDirectory: async () => [],
          readFile: () => Promise.reject(code === undefined ? 'odd' : Object.assign(new Error('no'), { code })),
        },
      },
    );
  const check = async (code: string | undefined, problem: string, found: string) => {
    const reading = failing(code).read({ root: ROOT, path: 'x' }, { maxBytes: 9 });
    await expect(reading).rejects.toMatchObject({ problem, found });
  };
  await check('FileNotFound', 'missing', 'there is no such file');
  await check('FileIsADirectory', 'folder', 'it is a folder');
  await check('NoPermissions', 'unreadable', 'it cannot be read (NoPermissions)');
  await check('Unavailable', 'unreadable', 'it cannot be read (Unavailable)');
  await check(undefined, 'unreadable', 'it cannot be read (unknown)');
});

test('editor files do not read a file that is too large, nor a pipe', async () => {
  const files = editorFiles({ large: 'x'.repeat(2_000_000), pipe: { special: true } });
  await expect(files.read({ root: ROOT, path: 'large' }, { maxBytes: 10 })).rejects.toMatchObject({
    problem: 'tooLarge',
  });
  await expect(files.readStart({ root: ROOT, path: 'large' }, { maxBytes: 8_192 })).rejects.toMatchObject({
    problem: 'tooLarge',
  });
  await expect(files.read({ root: ROOT, path: 'pipe' }, { maxBytes: 10 })).rejects.toMatchObject({
    problem: 'notFile',
  });
  expect(files.asked.filter((each) => each.startsWith('read'))).toEqual([]);
});

test('editor files are searched by the editor, and walked where it finds nothing', async () => {
  const found = editorFiles({}, { search: async () => ['a.sh', 'lib/b.sh'] });
  expect(await found.search?.(ROOT, LIMITS)).toEqual(['a.sh', 'lib/b.sh']);
  expect(await editorFiles({}).search?.(ROOT, LIMITS)).toBeUndefined();
  // On this machine a walk is quicker.
  expect(await found.search?.('/folder', LIMITS)).toBeUndefined();
});
