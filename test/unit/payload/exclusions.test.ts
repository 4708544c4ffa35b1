import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { build, buildFiles, checkRefused, eventOf, folderWith, namesIn, unpack } from './packing.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

test('buildPayload() leaves out what .croniumignore says, as git does', async () => {
  const check = async (rules: string, files: readonly string[], expected: readonly string[]) => {
    const root = folderWith({
      '.croniumignore': rules,
      'a.log': '',
      'lib/a.sh': '',
      'lib/b.log': '',
      'lib/keep.log': '',
      'build/x/out.sh': '',
      'Build.sh': '',
    });
    expect(namesIn(await buildFiles(root, ...files))).toEqual(['run.sh', ...expected].sort());
  };
  const all = ['Build.sh', 'a.log', 'build/x/out.sh', 'lib/a.sh', 'lib/b.log', 'lib/keep.log'];
  await check('', ['**'], all);
  await check('# nothing\n\n', ['**'], all);
  await check('*.log\n!keep.log\n', ['**'], ['Build.sh', 'build/x/out.sh', 'lib/a.sh', 'lib/keep.log']);
  await check('/*.log\n', ['**'], ['Build.sh', 'build/x/out.sh', 'lib/a.sh', 'lib/b.log', 'lib/keep.log']);
  await check('build/\r\n', ['**'], ['Build.sh', 'a.log', 'lib/a.sh', 'lib/b.log', 'lib/keep.log']);
  await check(
    'build/\n!build/x/out.sh\n',
    ['lib', '*.sh', '{lib,build}/**'],
    ['Build.sh', 'lib/a.sh', 'lib/b.log', 'lib/keep.log'],
  );
  await check('\ufeff**/x/\nlib\n', ['.'], ['.croniumignore', 'Build.sh', 'a.log']);
});

test('buildPayload() takes what is named literally, whatever .croniumignore says', async () => {
  const root = folderWith({ '.croniumignore': '*.log\n', 'a.log': '', 'b.log': '' });
  expect(namesIn(await buildFiles(root, 'a.log', 'run*'))).toEqual(['a.log', 'run.sh']);
  await checkRefused(
    buildFiles(root, '*.log'),
    'event/files',
    `Cannot pack "*.log": it matches no file below "${root}" that .croniumignore does not leave out`,
  );
});

test('buildPayload() agrees with git on what a .croniumignore means', async () => {
  const rules = ['*.o', '!main.o', '/top', 'a/**/z', 'deep/*', '!deep/kept/', 'sp\\ ace', 'x[12]', '\\#hash', 'dir/'];
  const names = [
    ...['a.o', 'main.o', 'lib/b.o', 'top', 'lib/top', 'a/z', 'a/b/c/z', 'deep/x', 'deep/kept/y', 'sp ace'],
    ...['x1', 'x3', '#hash', 'dir/x', 'lib/dir/y', 'file/dir'],
  ];
  const root = folderWith({ '.croniumignore': rules.join('\n'), ...Object.fromEntries(names.map((one) => [one, ''])) });
  execFileSync('git', ['init', '-q'], { cwd: root });
  const args = ['-c', 'core.excludesFile=.croniumignore', 'ls-files', '-z', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  expect(namesIn(await buildFiles(root, '.'))).toEqual(listed.sort());
});

test('buildPayload() does not go on without a .croniumignore that it cannot use', async () => {
  const root = folderWith({ '.croniumignore/x': '' });
  const unusable = `Cannot pack files of "${root}": its .croniumignore cannot be used: it is a folder`;
  await checkRefused(buildFiles(root, '*'), 'event/files', unusable);
  const large = folderWith({ '.croniumignore': '' });
  truncateSync(join(large, '.croniumignore'), 262_145);
  await checkRefused(
    buildFiles(large, '*'),
    'event/files',
    `Cannot pack files of "${large}": its .croniumignore cannot be used: it has 262,145 bytes, at most 262,144 are possible`,
  );
  expect(namesIn(await build(eventOf(root)))).toEqual(['run.sh']);
});

test('buildPayload() names ten files that look like secrets, and the number of the others', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `${index + 10}.key`);
  const { notes } = await buildFiles(folderWith(Object.fromEntries(names.map((name) => [name, '']))), '*');
  expect(notes).toHaveLength(10);
  expect(notes[8]).toBe('Left out 18.key: it looks like a secret; name it literally under "files" to take it along');
  expect(notes[9]).toBe('Left out 3 more files that look like secrets');
});

test('buildPayload() notes secrets in what goes along, but for files that are named literally', async () => {
  const root = folderWith({
    'run.sh': `#!/bin/sh\nexport GITHUB_TOKEN=${TOKEN}\n`,
    'conf/a.yaml': `\n\nkey: ${TOKEN}\n`,
    'conf/b.yaml': `key: ${TOKEN}\n`,
  });
  const { notes } = await buildFiles(root, 'conf/*', 'conf/b.yaml');
  const note = (name: string, line: number) =>
    `${name} seems to hold a GitHub token (line ${line}): name it under "secrets" and its value stays out of the payload`;
  expect(notes).toEqual([note('conf/a.yaml', 3), note('run.sh', 2)]);
  const { notes: ofText } = await build(eventOf(root), { text: `echo ${TOKEN}` });
  expect(ofText).toEqual([note('run.sh', 1)]);
});

test('buildPayload() makes the shebang of every script work', async () => {
  const root = folderWith({
    'lib/windows.sh': '\ufeff#!/bin/sh\r\necho\r\n',
    'lib/plain.sh': 'echo\r\n',
    'lib/archive.run': '#!/bin/sh\n\r\n\r\n',
  });
  const payload = await buildFiles(root, 'lib');
  expect(unpack(payload)).toMatchObject({
    'lib/windows.sh': Buffer.from('#!/bin/sh\necho\n'),
    'lib/plain.sh': Buffer.from('echo\r\n'),
    'lib/archive.run': Buffer.from('#!/bin/sh\n\r\n\r\n'),
  });
  expect(payload.notes).toEqual([
    'Left the byte order mark of lib/windows.sh out: a shebang works only at the very beginning',
    'Changed the line ends of lib/windows.sh from CRLF to LF: its shebang would not work',
  ]);
});
