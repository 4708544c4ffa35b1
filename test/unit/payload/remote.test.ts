import { expect, test } from 'vitest';
import { type Content, editorFiles, ROOT } from '../../fixtures/editor-fs.ts';
import { build, checkRefused, eventOf, folderWith, namesIn, unpack } from './packing.ts';

const CONTENTS = {
  'run.sh': '#!/bin/sh\necho hello\n',
  'lib/a.sh': 'echo a\n',
  'lib/sub/é b.txt': 'b',
  'lib/.hidden': '',
  'tls/server.key': 'secret',
  'conf (1).txt': '',
  '.git/config': '',
  '.croniumignore': '/out\n',
  'out/x': '',
};

function buildOn(contents: Readonly<Record<string, Content>>, files: readonly string[]) {
  return build(eventOf(ROOT, { files }), { files: editorFiles(contents) });
}

test('buildPayload() gives the same payload from another machine as from this disk', async () => {
  const root = folderWith(CONTENTS);
  for (const files of [[], ['**'], ['.', '!lib/sub'], ['lib/*', 'conf (1).txt'], ['{lib,tls}/**', 'tls/server.key']]) {
    const here = await build(eventOf(root, { files }));
    const there = await buildOn(CONTENTS, files);
    expect([there.sha256, there.notes]).toEqual([here.sha256, here.notes]);
  }
});

test('buildPayload() takes scripts of a file system without permissions for executable', async () => {
  const contents = { ...CONTENTS, 'bin/tool': '#!/bin/sh\n', 'bin/elf': '\x7fELF', 'bin/data': 'data' };
  const modes = await buildOn(contents, ['bin']);
  const { execFileSync } = await import('node:child_process');
  const listing = execFileSync('tar', ['-tvzf', modes.file], { encoding: 'utf8' }).trim().split('\n').slice(1);
  expect(listing.map((line) => [line.slice(0, 10), line.split(' ').at(-1)])).toEqual([
    ['-rw-r--r--', 'files/bin/data'],
    ['-rwxr-xr-x', 'files/bin/elf'],
    ['-rwxr-xr-x', 'files/bin/tool'],
    ['-rwxr-xr-x', 'files/run.sh'],
  ]);
});

test('buildPayload() does not follow links whose ends nobody shows', async () => {
  const contents = { ...CONTENTS, 'lib/link.txt': { link: '../tls/server.key' }, current: { link: 'lib' } };
  const left = (name: string) => `Left out ${name}: it is a link, and its file system does not say where it leads`;
  const payload = await buildOn(contents, ['lib', 'cur*', 'run*']);
  expect([namesIn(payload), payload.notes]).toEqual([
    ['lib/.hidden', 'lib/a.sh', 'lib/sub/é b.txt', 'run.sh'],
    [left('current'), left('lib/link.txt')],
  ]);
  for (const name of ['lib/link.txt', 'current/a.sh']) {
    const message = `Cannot pack "${name}": it is a link, and its file system does not say where it leads`;
    await checkRefused(buildOn(contents, [name]), 'event/files', message);
  }
  await checkRefused(buildOn(contents, ['current/*']), 'event/files', /^Cannot pack "current\/\*": it is a link/);
});

test('buildPayload() packs the editors’ changes of the files that go along', async () => {
  const files = editorFiles(CONTENTS, {
    changedBytes: ({ path }) => (path === '/folder/lib/a.sh' ? Promise.resolve(Buffer.from('changed')) : undefined),
  });
  const payload = await build(eventOf(ROOT, { files: ['lib/a.sh'] }), { files });
  expect(unpack(payload)).toMatchObject({ 'lib/a.sh': Buffer.from('changed') });
});

test('buildPayload() says why a file of another machine cannot be packed', async () => {
  const contents = { ...CONTENTS, 'lib/device': { special: true as const } };
  const check = (files: readonly string[], message: string) =>
    checkRefused(buildOn(contents, files), 'event/files', message);
  await check(['gone'], `Cannot pack "gone": there is no such file below "${ROOT}"`);
  await check(['lib/device'], 'Cannot pack "lib/device": it is a device, a pipe or a socket');
  const nowhere = build(eventOf('vscode-vfs://host/project/lib/a.sh'), { files: editorFiles({}) });
  await checkRefused(nowhere, 'event/files', /^Cannot pack "run.sh": there is no such file/);
});
