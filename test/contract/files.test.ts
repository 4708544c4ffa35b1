import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeFiles } from '../../src/app/node-files.ts';
import { FileError, type Files } from '../../src/domain/files.ts';
import { type Content, editorFiles, ROOT } from '../fixtures/editor-fs.ts';

type Contents = Readonly<Record<string, Content>>;

interface Adapter {
  open(contents: Contents): { readonly files: Files; readonly root: string };
  readonly knowsPermissions: boolean;
  /** What `resolve` says of a link to `lib/a.sh`. */
  readonly linked: string;
}

const ADAPTERS: Readonly<Record<string, Adapter>> = {
  'of this disk': { open: onDisk, knowsPermissions: true, linked: 'lib/a.sh' },
  'of an editor': {
    open: (contents) => ({ files: editorFiles(contents), root: ROOT }),
    knowsPermissions: false,
    linked: 'link',
  },
};

function onDisk(contents: Contents): { readonly files: Files; readonly root: string } {
  const root = mkdtempSync(join(tmpdir(), 'cronium-files-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
    else if ('link' in content) symlinkSync(content.link, path);
    else execFileSync('mkfifo', [path]);
  }
  return { files: nodeFiles, root };
}

async function problemOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FileError);
  return (error as FileError).problem;
}

describe.each(Object.entries(ADAPTERS))('Files %s', (_, { open, knowsPermissions, linked }) => {
  test('stat() tells kinds and sizes, of links what they lead to', async () => {
    const { files, root } = open({
      'lib/a.sh': 'é\n',
      link: { link: 'lib/a.sh' },
      folder: { link: 'lib' },
      pipe: { special: true },
    });
    const kinds = async (path: string) => {
      const { kind, size, isExecutable } = await files.stat({ root, path });
      return [kind, kind === 'file' ? size : undefined, isExecutable];
    };
    const permission = knowsPermissions ? false : undefined;
    expect(await kinds('lib/a.sh')).toEqual(['file', 3, permission]);
    expect(await kinds('link')).toEqual(['file', 3, permission]);
    expect((await kinds('lib'))[0]).toBe('folder');
    expect((await kinds('folder'))[0]).toBe('folder');
    expect((await kinds('.'))[0]).toBe('folder');
    expect((await kinds('pipe'))[0]).toBe('other');
  });

  test('list() names what stands in a folder, links as links', async () => {
    const { files, root } = open({
      'a b#?%41.sh': '',
      '😀': '',
      '.hidden': '',
      'lib/x': '',
      link: { link: 'lib' },
      dangling: { link: 'nowhere' },
      pipe: { special: true },
    });
    const listed = await files.list({ root, path: '.' });
    expect(Object.fromEntries(listed.map(({ name, kind }) => [name, kind]))).toEqual({
      'a b#?%41.sh': 'file',
      '😀': 'file',
      '.hidden': 'file',
      lib: 'folder',
      link: 'link',
      dangling: 'link',
      pipe: 'other',
    });
    expect(await files.list({ root, path: 'lib' })).toEqual([{ name: 'x', kind: 'file' }]);
    expect(await problemOf(files.list({ root, path: 'gone' }))).toBe('missing');
    expect(await problemOf(files.list({ root, path: 'lib/x' }))).toBe('missing');
  });

  test('read() gives the whole content or says why not', async () => {
    const bytes = Buffer.from([0, 0xff, 0xfe, 13, 10]);
    const { files, root } = open({
      'a b#?%41.sh': bytes,
      empty: '',
      'lib/x': '',
      dangling: { link: 'nowhere' },
      pipe: { special: true },
    });
    const read = (path: string, maxBytes = 5) => files.read({ root, path }, { maxBytes });
    expect(Buffer.from(await read('a b#?%41.sh'))).toEqual(bytes);
    expect(await read('empty', 0)).toHaveLength(0);
    expect(await problemOf(read('gone'))).toBe('missing');
    expect(await problemOf(read('dangling'))).toBe('missing');
    expect(await problemOf(read('lib'))).toBe('folder');
    expect(await problemOf(read('pipe'))).toBe('notFile');
    await expect(read('a b#?%41.sh', 4)).rejects.toThrow(
      `Cannot use "${root}/a b#?%41.sh": it has 5 bytes, at most 4 are possible`,
    );
  });

  test('readStart() gives the beginning of a file', async () => {
    const { files, root } = open({ 'run.sh': '#!/bin/sh\n', 'lib/x': '', pipe: { special: true } });
    const read = async (path: string, maxBytes: number) =>
      Buffer.from(await files.readStart({ root, path }, { maxBytes })).toString();
    expect(await read('run.sh', 2)).toBe('#!');
    expect(await read('run.sh', 100)).toBe('#!/bin/sh\n');
    expect(await problemOf(read('gone', 1))).toBe('missing');
    expect(await problemOf(read('lib', 1))).toBe('folder');
    expect(await problemOf(read('pipe', 1))).toBe('notFile');
  });

  test('resolve() gives a path without links', async () => {
    const { files, root } = open({
      'lib/a.sh': '',
      link: { link: 'lib/a.sh' },
      folder: { link: 'lib' },
      dangling: { link: 'nowhere' },
    });
    const resolve = (path: string) => files.resolve({ root, path });
    expect(await resolve('lib/a.sh')).toBe('lib/a.sh');
    expect(await resolve('./lib')).toBe('lib');
    expect(await resolve('.')).toBe('.');
    for (const path of ['link', 'folder/a.sh']) {
      expect(await resolve(path).catch((error: FileError) => error.problem)).toBe(linked);
    }
    expect(await problemOf(resolve('gone'))).toBe('missing');
    expect(await problemOf(resolve('lib/a.sh/x'))).toBe('missing');
  });
});

test('Files of this disk do not follow links out of the root or in a circle', async () => {
  const outside = onDisk({ 'secret.txt': '' }).root;
  const { files, root } = onDisk({
    out: { link: join(outside, 'secret.txt') },
    one: { link: 'two' },
    two: { link: 'one' },
  });
  await expect(files.resolve({ root, path: 'out' })).rejects.toMatchObject({
    problem: 'outside',
    found: `it is a link that leaves "${root}" (to "${outside}/secret.txt")`,
  });
  expect(await problemOf(files.resolve({ root, path: 'one' }))).toBe('circle');
});

test('Files of this disk have a root that is a link', async () => {
  const { root } = onDisk({ 'real/lib/a.sh': 'a', link: { link: 'real' } });
  const file = { root: join(root, 'link'), path: 'lib/a.sh' };
  expect(await nodeFiles.resolve(file)).toBe('lib/a.sh');
  expect(Buffer.from(await nodeFiles.read(file, { maxBytes: 1 })).toString()).toBe('a');
});
