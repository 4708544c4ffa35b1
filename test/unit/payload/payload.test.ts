import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
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
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CroniumError, Stopped } from '../../../src/domain/errors.ts';
import type { ScriptEvent } from '../../../src/domain/event.ts';
import type { Payload } from '../../../src/domain/payload.ts';
import { type BuildOptions, buildPayload } from '../../../src/payload/payload.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cronium-payload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(root: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

function folderWith(files: Files): string {
  const root = tempFolder();
  write(root, { 'run.sh': '#!/bin/sh\necho hello\n', ...files });
  return root;
}

function eventOf(root: string, fields: Partial<ScriptEvent> = {}): ScriptEvent {
  return {
    id: 'run.sh',
    name: 'Run',
    script: { root, path: 'run.sh' },
    servers: [],
    tags: [],
    args: [],
    env: {},
    files: [],
    timeoutMs: 1_000,
    retries: 0,
    onSave: false,
    onDisconnect: { kind: 'continue' },
    secrets: [],
    ...fields,
  };
}

function build(event: ScriptEvent, options: Partial<BuildOptions> = {}): Promise<Payload> {
  return buildPayload(event, { cacheDir: tempFolder(), signal: new AbortController().signal, ...options });
}

function buildFiles(root: string, ...files: string[]): Promise<Payload> {
  return build(eventOf(root, { files }));
}

/** Unpacks with GNU tar, which shares no code with us, and reads the files below `files/`. */
function unpack({ file }: Payload): Record<string, Buffer> {
  const target = tempFolder();
  execFileSync('tar', ['-xzf', file, '-C', target]);
  const below = join(target, 'files');
  const names = readdirSync(below, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(below, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(below, name))]));
}

function namesIn(payload: Payload): string[] {
  return Object.keys(unpack(payload)).sort();
}

async function checkRefused(attempt: Promise<Payload>, code: string, message: string | RegExp): Promise<void> {
  const error = await attempt.then(
    () => expect.unreachable('it was packed'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CroniumError);
  expect(error).toMatchObject({ code });
  expect(error).toHaveProperty('message', typeof message === 'string' ? message : expect.stringMatching(message));
}

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
      "sha256": "ce1d436196dad03e9f2db46c63f8dbdfcad9cf42cc44446726b2c0956bf8460a",
      "size": 756,
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
  truncateSync(join(root, 'a.txt'), 100_000_000);
  const building = build(large, { cacheDir, signal: stopping.signal });
  await expect.poll(() => readdirSync(cacheDir).length).toBe(1);
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
  for (const pattern of ['../x', '/etc/passwd', 'a/../../x', '**/..', 'C:\\x', '']) {
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

test('buildPayload() refuses too many and too large files, with the number and the limit', async () => {
  const root = folderWith({ large: '', 'half-1': '', 'half-2': '', 'half-3': '' });
  truncateSync(join(root, 'large'), 134_217_729);
  const tooLarge = 'Cannot pack "large" of 134,217,729 bytes: at most 134,217,728 are allowed';
  await checkRefused(buildFiles(root, 'large'), 'payload/limit', tooLarge);
  for (const name of ['half-1', 'half-2', 'half-3']) truncateSync(join(root, name), 100_000_000);
  const tooMuch = `Cannot pack 300,000,000 bytes of "${root}": at most 268,435,456 may go along`;
  await checkRefused(buildFiles(root, 'half-*'), 'payload/limit', tooMuch);
  write(root, Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`many/${index}`, ''])));
  for (let index = 0; index < 100; index++) symlinkSync('many', join(root, `link-${index}`));
  const tooMany = `Cannot pack 10,000 files of "${root}": at most 9,998 may go along`;
  await checkRefused(buildFiles(root, 'link-*/*'), 'payload/limit', tooMany);
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
