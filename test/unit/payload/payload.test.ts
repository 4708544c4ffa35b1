import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Stopped } from '../../../src/domain/errors.ts';
import { build, buildFiles, checkRefused, eventOf, folderWith, namesIn, tempFolder, unpack, write } from './packing.ts';

test('buildPayload() packs the manifest first, then the files by name, with nothing of this machine', async () => {
  const root = folderWith({ 'lib/b.sh': 'b', 'lib/Z.sh': 'Z', 'a.txt': 'a' });
  chmodSync(join(root, 'lib/b.sh'), 0o700);
  chmodSync(join(root, 'a.txt'), 0o600);
  const { file } = await buildFiles(root, 'lib/*', 'a.txt');
  const listing = execFileSync('tar', ['--numeric-owner', '--utc', '--full-time', '-tvzf', file], { encoding: 'utf8' });
  expect(
    listing
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ')),
  ).toEqual([
    expect.stringMatching(/^-rw-r--r-- 0\/0 \d+ 1970-01-01 00:00:00 manifest\.yaml$/),
    '-rw-r--r-- 0/0 1 1970-01-01 00:00:00 files/a.txt',
    '-rw-r--r-- 0/0 1 1970-01-01 00:00:00 files/lib/Z.sh',
    '-rwxr-xr-x 0/0 1 1970-01-01 00:00:00 files/lib/b.sh',
    '-rwxr-xr-x 0/0 21 1970-01-01 00:00:00 files/run.sh',
  ]);
});

test('buildPayload() gives the bytes that it has always given', async () => {
  const root = folderWith({
    'lib/é.sh': 'echo é\n',
    [`deep/${'long/'.repeat(40)}x.txt`]: 'x'.repeat(200_000),
    empty: '',
  });
  const event = eventOf(root, {
    files: ['**'],
    interpreter: { commands: ['sh'], args: [] },
    args: ['--force'],
    env: { LEVEL: 'debug' },
  });
  const { sha256, size, scriptSha256 } = await build(event);
  // A change of these means that every payload is uploaded anew: only on purpose.
  expect({ sha256, size, scriptSha256 }).toMatchInlineSnapshot(`
    {
      "scriptSha256": "bfdeaeb08cffb6a36438bcd12dda25417e3cdd36f1e7e482a2849d539225288b",
      "sha256": "45b2b63cbe6dd8721f5e00b2ae9d057a4e7cf29b36ad4a2a2e82d4df6070f355",
      "size": 780,
    }
  `);
});

test('buildPayload() depends on nothing but names, contents and permissions', async () => {
  const files = { 'lib/a.sh': 'a', 'lib/b.sh': 'b', 'c.txt': 'c' };
  const one = folderWith(files);
  const other = tempFolder();
  write(other, { ...Object.fromEntries(Object.entries(files).reverse()), 'run.sh': '#!/bin/sh\necho hello\n' });
  utimesSync(join(other, 'lib/a.sh'), 1, 1);
  chmodSync(join(other, 'c.txt'), 0o640);
  const payloads = [
    await buildFiles(one, 'lib/**', 'c.txt'),
    await buildFiles(other, 'c.txt', 'lib/b.sh', 'lib/a.sh'),
    await build(eventOf(one, { files: ['lib', 'c.*'], timeoutMs: 5, secrets: ['X'], input: 1, servers: ['web'] })),
  ];
  expect(new Set(payloads.map((payload) => payload.sha256)).size).toBe(1);
});

test('buildPayload() names the archive by its hash and keeps it from others', async () => {
  const root = folderWith({});
  const cacheDir = join(tempFolder(), 'new/cache');
  const payload = await build(eventOf(root), { cacheDir });
  const bytes = readFileSync(payload.file);
  expect(payload).toEqual({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
    file: join(cacheDir, `${payload.sha256}.tar.gz`),
    scriptSha256: createHash('sha256').update('#!/bin/sh\necho hello\n').digest('hex'),
    notes: [],
  });
  expect([statSync(payload.file).mode & 0o777, statSync(cacheDir).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readdirSync(cacheDir)).toEqual([`${payload.sha256}.tar.gz`]);
});

test('buildPayload() reuses an archive that is whole and replaces one that is not', async () => {
  const root = folderWith({});
  const cacheDir = tempFolder();
  const { file, sha256 } = await build(eventOf(root), { cacheDir });
  const first = statSync(file).ino;
  await build(eventOf(root), { cacheDir });
  expect(statSync(file).ino).toBe(first);
  const whole = readFileSync(file);
  for (const damaged of [whole.subarray(1), Buffer.alloc(whole.length)]) {
    writeFileSync(file, damaged);
    await build(eventOf(root), { cacheDir });
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(sha256);
  }
  expect(readdirSync(cacheDir)).toHaveLength(1);
});

test('buildPayload() leaves nothing in the cache when it fails or is stopped', async () => {
  const root = folderWith({ 'a.txt': 'a' });
  const cacheDir = tempFolder();
  const stopped = new Stopped('user');
  await expect(build(eventOf(root), { cacheDir, signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
  const stopping = new AbortController();
  const large = eventOf(root, { files: ['*'] });
  // What cannot be compressed comes first: the archive outgrows the memory that a small one is built in.
  writeFileSync(join(root, 'a.txt'), randomBytes(1_000_000));
  truncateSync(join(root, 'a.txt'), 100_000_000);
  const building = build(large, { cacheDir, signal: stopping.signal });
  await expect.poll(() => readdirSync(cacheDir).length, { timeout: 4_000 }).toBe(1);
  stopping.abort(stopped);
  await expect(building).rejects.toBe(stopped);
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('buildPayload() keeps every name byte for byte', async () => {
  const names = [
    'with space.txt',
    'quotes\'".txt',
    'new\nline.txt',
    '-rf',
    'emoji 😀 é.txt',
    'back\\slash.txt',
    'brackets [x](1){a,b}.txt',
    '*.txt',
    ' ',
    '~',
    'sub/a\nb/return\r.txt',
    `${'ü'.repeat(120)}.txt`,
    `${'n'.repeat(99)}`,
    `${'n'.repeat(100)}`,
    `dir-${'n'.repeat(200)}/${'n'.repeat(250)}`,
  ];
  const root = folderWith(Object.fromEntries(names.map((name) => [name, name])));
  const expected = Object.fromEntries([...names, 'run.sh'].map((name) => [name, readFileSync(join(root, name))]));
  expect(unpack(await buildFiles(root, '**'))).toEqual(expected);
  expect(unpack(await buildFiles(root, '.'))).toEqual(expected);
  const literal = names.filter((name) => !name.includes('*'));
  expect(Object.keys(unpack(await buildFiles(root, ...literal))).sort()).toEqual([...literal, 'run.sh'].sort());
});

test('buildPayload() packs the script as it is', async () => {
  const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0, 13, 10]);
  const check = async (content: string | Uint8Array, packed: string | Uint8Array, notes: readonly string[] = []) => {
    const payload = await build(eventOf(folderWith({ 'run.sh': content })));
    expect({ script: unpack(payload)['run.sh'], notes: payload.notes }).toEqual({ script: Buffer.from(packed), notes });
  };
  await check(binary, binary);
  await check('echo\r\n', 'echo\r\n');
  await check('#!/bin/sh\nprintf "a\r\n"\r\n', '#!/bin/sh\nprintf "a\r\n"\r\n');
  await check('#!/bin/sh\r\necho \xe9\r\n', '#!/bin/sh\necho \xe9\n', [
    'Changed the line ends of run.sh from CRLF to LF: its shebang would not work',
  ]);
  await check('\ufeff#!/bin/sh\necho\n', '#!/bin/sh\necho\n', [
    'Left the byte order mark of run.sh out: a shebang works only at the very beginning',
  ]);
});

test('buildPayload() takes the text of the open editor, also of a file that is not saved', async () => {
  const root = folderWith({ 'lib.sh': 'x\r\n' });
  const payload = await build(eventOf(root, { files: ['*.sh'] }), { text: '#!/bin/sh\r\necho ü\r\n' });
  expect(unpack(payload)).toEqual({ 'run.sh': Buffer.from('#!/bin/sh\necho ü\n'), 'lib.sh': Buffer.from('x\r\n') });
  rmSync(join(root, 'run.sh'));
  expect(namesIn(await build(eventOf(root), { text: 'echo' }))).toEqual(['run.sh']);
});

test('buildPayload() says why a script cannot be packed', async () => {
  const root = folderWith({ 'folder/x': '' });
  const of = (path: string) => build(eventOf(root, { script: { root, path } }));
  await checkRefused(of('no.sh'), 'event/files', `Cannot pack "no.sh": there is no such file below "${root}"`);
  await checkRefused(of('folder'), 'event/files', 'Cannot pack "folder": it is a folder, or a link to one around it');
  const nowhere = build(eventOf(join(root, 'gone')));
  await checkRefused(nowhere, 'event/files', `Cannot pack files of "${root}/gone": there is no such folder`);
});

test('buildPayload() takes files, folders and patterns, and takes out what "!" says', async () => {
  const root = folderWith({
    'lib/a.sh': '',
    'lib/b.txt': '',
    'lib/sub/c.sh': '',
    'lib/.dot': '',
    '.config/x': '',
    '.git/config': '',
    'report (1).txt': '',
  });
  const check = async (files: readonly string[], expected: readonly string[]) => {
    expect(namesIn(await buildFiles(root, ...files))).toEqual([...expected, 'run.sh'].sort());
  };
  await check(['lib/*.sh'], ['lib/a.sh']);
  await check(['lib/**/*.sh'], ['lib/a.sh', 'lib/sub/c.sh']);
  await check(['lib/*'], ['lib/a.sh', 'lib/b.txt']);
  await check(['lib/.*'], ['lib/.dot']);
  await check(['./lib/'], ['lib/.dot', 'lib/a.sh', 'lib/b.txt', 'lib/sub/c.sh']);
  await check(['lib', '!lib/sub', '!**/.dot'], ['lib/a.sh', 'lib/b.txt']);
  await check(['{lib/a,run}.sh'], ['lib/a.sh']);
  await check(['report (1).txt'], ['report (1).txt']);
  await check(['.config/*'], ['.config/x']);
  await check(['.'], ['.config/x', 'lib/.dot', 'lib/a.sh', 'lib/b.txt', 'lib/sub/c.sh', 'report (1).txt']);
});

test('buildPayload() refuses a name or a pattern that has no file, or is not below the folder', async () => {
  const root = folderWith({});
  const check = (files: string, message: string) => checkRefused(buildFiles(root, files), 'event/files', message);
  await check('lib/*.sh', `Cannot pack "lib/*.sh": it matches no file below "${root}"`);
  await check('lib.sh', `Cannot pack "lib.sh": there is no such file below "${root}"`);
  for (const pattern of ['../x', '/etc/passwd', 'a/../../x', '**/..', '..\\x', 'C:\\x', '']) {
    await check(pattern, `Cannot pack "${pattern}": only files below the script's folder can go along`);
  }
  await checkRefused(buildFiles(root, '{..,x}/*'), 'event/files', /^Cannot pack ".*/);
});

test('buildPayload() leaves out what looks like a secret unless it is named literally', async () => {
  const root = folderWith({
    '.env': 'A=1',
    'tls/server.key': 'k',
    'tls/server.crt': 'c',
    'tls/hidden.txt': '-----BEGIN OPENSSH PRIVATE KEY-----\n',
  });
  symlinkSync('../.env', join(root, 'tls/settings'));
  const out = (name: string) =>
    `Left out ${name}: it looks like a secret; name it literally under "files" to take it along`;
  const matched = await buildFiles(root, 'tls/*', '.*');
  expect([namesIn(matched), matched.notes]).toEqual([
    ['run.sh', 'tls/server.crt'],
    [out('.env'), out('tls/server.key'), out('tls/settings'), out('tls/hidden.txt')],
  ]);
  const named = await buildFiles(root, '.env', 'tls/*', 'tls/server.key', 'tls/hidden.txt', 'tls/settings');
  expect([namesIn(named), named.notes]).toEqual([
    ['.env', 'run.sh', 'tls/hidden.txt', 'tls/server.crt', 'tls/server.key', 'tls/settings'],
    [],
  ]);
});

test('buildPayload() packs what a link inside the folder leads to', async () => {
  const root = folderWith({ 'lib/a.sh': 'a', 'lib/sub/b.sh': 'b' });
  symlinkSync('lib/a.sh', join(root, 'link.sh'));
  symlinkSync('lib', join(root, 'current'));
  expect(unpack(await buildFiles(root, '*.sh', 'current/**'))).toMatchObject({
    'link.sh': Buffer.from('a'),
    'current/a.sh': Buffer.from('a'),
    'current/sub/b.sh': Buffer.from('b'),
  });
  expect(namesIn(await buildFiles(root, 'current'))).toEqual(['current/a.sh', 'current/sub/b.sh', 'run.sh']);
  expect(namesIn(await buildFiles(root, '**/b.sh'))).toEqual(['current/sub/b.sh', 'lib/sub/b.sh', 'run.sh']);
  const script = { root, path: 'link.sh' };
  expect(unpack(await build(eventOf(root, { script })))).toEqual({ 'link.sh': Buffer.from('a') });
});

test('buildPayload() refuses links that leave the folder, lead nowhere or go in a circle', async () => {
  const outside = folderWith({ 'x.txt': 'x' });
  const root = folderWith({ 'a/x': '', 'b/x': '' });
  symlinkSync(join(outside, 'x.txt'), join(root, 'out.txt'));
  symlinkSync(outside, join(root, 'out'));
  symlinkSync('nowhere', join(root, 'dangling'));
  symlinkSync('../b', join(root, 'a/to-b'));
  symlinkSync('../a', join(root, 'b/to-a'));
  const left = `Cannot pack "out.txt": it is a link that leaves "${root}" (to "${outside}/x.txt")`;
  await checkRefused(buildFiles(root, 'out.txt'), 'event/files', left);
  await checkRefused(buildFiles(root, '*.txt'), 'event/files', left);
  await checkRefused(
    buildFiles(root, 'out/x.txt'),
    'event/files',
    /^Cannot pack "out\/x.txt": it is a link that leaves /,
  );
  await checkRefused(buildFiles(root, 'out/*'), 'event/files', /^Cannot pack "out": it is a link that leaves /);
  await checkRefused(build(eventOf(root, { script: { root, path: 'out.txt' } })), 'event/files', left);
  await checkRefused(buildFiles(root, 'dangling'), 'event/files', /^Cannot pack "dangling": there is no such file/);
  await checkRefused(buildFiles(root, 'a'), 'event/files', /^Cannot pack "a\/to-b\/to-a": it is a folder, or a link/);
});

test('buildPayload() refuses what is no file', async () => {
  const root = folderWith({});
  execFileSync('mkfifo', [join(root, 'pipe')]);
  await checkRefused(buildFiles(root, 'pipe'), 'event/files', 'Cannot pack "pipe": it is a device, a pipe or a socket');
  const server = createServer().listen(join(root, 'socket'));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  await checkRefused(buildFiles(root, 's*'), 'event/files', 'Cannot pack "socket": it is a device, a pipe or a socket');
});

test('buildPayload() refuses too many files, with the number and the limit', async () => {
  const root = folderWith({});
  write(root, Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`many/${index}`, ''])));
  for (let index = 0; index < 100; index++) symlinkSync('many', join(root, `link-${index}`));
  const tooMany = `Cannot pack 10,000 files of "${root}": at most 9,998 may go along; .croniumignore can keep files here`;
  await checkRefused(buildFiles(root, 'link-*/*'), 'payload/limit', tooMany);
});

test('buildPayload() refuses more than 200 MiB and names the five largest files', async () => {
  const root = folderWith({});
  for (let index = 1; index <= 7; index++) {
    write(root, { [`part-${index}`]: '' });
    truncateSync(join(root, `part-${index}`), index * 8_388_608);
  }
  const largest = 'part-7 (56 MiB), part-6 (48 MiB), part-5 (40 MiB), part-4 (32 MiB), part-3 (24 MiB)';
  const tooMuch = `Cannot pack 224 MiB of "${root}": at most 200 MiB may go along; the largest files are ${largest}`;
  await checkRefused(buildFiles(root, '*'), 'payload/limit', tooMuch);
});

test('buildPayload() notes more than 20 MiB', async () => {
  const root = folderWith({ large: '', small: '' });
  truncateSync(join(root, 'large'), 20_971_500);
  expect((await buildFiles(root, '*')).notes).toEqual([
    'The payload holds 20 MiB: the largest files are large (20 MiB), run.sh (21 bytes), small (0 bytes); .croniumignore can keep files here',
  ]);
  truncateSync(join(root, 'large'), 20_971_499);
  expect((await buildFiles(root, '*')).notes).toEqual([]);
});

test('buildPayload() lets others run after every few milliseconds of work', async () => {
  const root = folderWith({ noise: randomBytes(10_000_000) });
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await buildFiles(root, 'noise');
  isDone = true;
  expect(turns).toBeGreaterThan(10_000_000 / 65_536);
});
