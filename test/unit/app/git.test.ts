import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { gitState } from '../../../src/app/git.ts';
import { GitAnswers } from '../../../src/app/git-answers.ts';
import { nodeFiles } from '../../../src/app/node-files.ts';
import { tempDir } from '../store/temp-dir.ts';

/** A folder that is a repository, with these files in its only commit. */
function repository(files: Readonly<Record<string, string>>): ReturnType<typeof tempDir> & {
  readonly commit: string;
  write(path: string, text: string): void;
} {
  const dir = tempDir();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir.path, path)), { recursive: true });
    writeFileSync(join(dir.path, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const git = (...args: string[]): string => execFileSync('git', ['-C', dir.path, ...args], { encoding: 'utf8' });
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'first');
  return { ...dir, write, commit: git('rev-parse', 'HEAD').trim() };
}

const SCRIPT = 'ops/it works.sh';

function ask(
  dir: { readonly path: string },
  packed: { text?: string; files?: readonly string[]; path?: string; gitAnswers?: GitAnswers } = {},
): ReturnType<typeof gitState> {
  const { text, files = [], path = SCRIPT, gitAnswers = new GitAnswers() } = packed;
  return gitState(
    { script: { root: dir.path, path }, text, others: async () => files },
    { homeDir: dir.path, files: nodeFiles, gitAnswers },
  );
}

test('gitState() tells the commit, and that nothing differs from it', async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\n', 'conf/a.yaml': 'a', 'other.txt': 'x' });
  dir.write('other.txt', 'not packed');
  dir.write('new.txt', 'not packed');
  expect(await ask(dir, { files: ['conf/a.yaml'] })).toEqual({ commit: dir.commit, isDirty: false });
});

test('gitState() is dirty when the script or a packed file differs, is new, or is ignored', async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\n', 'conf/a.yaml': 'a', '.gitignore': 'dist/\n' });
  dir.write('dist/app.js', 'built');
  dir.write('conf/new[1].yaml', 'new');
  const check = async (files: readonly string[], isDirty: boolean): Promise<void> =>
    expect([files, await ask(dir, { files })]).toEqual([files, { commit: dir.commit, isDirty }]);
  await check(['conf/a.yaml'], false);
  await check(['conf/new[1].yaml'], true);
  await check(['dist/app.js'], true);
  dir.write(SCRIPT, 'echo 2\n');
  await check([], true);
});

test("gitState() compares the editor's text, not the file, with the commit; line ends do not count", async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\necho 2\n' });
  dir.write(SCRIPT, 'something else');
  expect(await ask(dir, { text: 'echo 1\r\necho 2\r\n' })).toEqual({ commit: dir.commit, isDirty: false });
  expect(await ask(dir, { text: 'echo 1\n' })).toEqual({ commit: dir.commit, isDirty: true });
  dir.write('ops/new.sh', 'echo 1\n');
  expect(await ask(dir, { path: 'ops/new.sh', text: 'echo 1\n' })).toEqual({ commit: dir.commit, isDirty: true });
});

test('gitState() takes the repository in which the script stands, wherever its folder is', async () => {
  using outer = tempDir();
  using inner = repository({ 'a.sh': 'echo\n' });
  execFileSync('mv', [inner.path, join(outer.path, 'project')]);
  expect(await ask(outer, { path: 'project/a.sh' })).toEqual({ commit: inner.commit, isDirty: false });
  writeFileSync(join(outer.path, 'beside.txt'), '');
  // What is in no repository is in no commit.
  expect(await ask(outer, { path: 'project/a.sh', files: ['beside.txt'] })).toEqual({
    commit: inner.commit,
    isDirty: true,
  });
});

test('gitState() runs no program that the repository names', async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\n', '.gitattributes': '* filter=hostile\n' });
  const ran = join(dir.path, 'ran');
  const git = (...args: string[]): Buffer => execFileSync('git', ['-C', dir.path, ...args]);
  for (const name of ['filter.hostile.clean', 'filter.hostile.process', 'core.fsmonitor'])
    git('config', name, `touch "${ran}"; cat`);
  dir.write(SCRIPT, 'echo 2\n');
  expect(await ask(dir)).toEqual({ commit: dir.commit, isDirty: true });
  expect(existsSync(ran)).toBe(false);
});

test('gitState() compares what a link leads to, and what Git LFS keeps elsewhere', async () => {
  const oid = createHash('sha256').update('large').digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 5\n`;
  using dir = repository({ [SCRIPT]: 'echo 1\n', 'conf/a.yaml': 'a', 'model.bin': pointer });
  symlinkSync('conf', join(dir.path, 'link'));
  dir.write('model.bin', 'large');
  const files = ['link/a.yaml', 'model.bin'];
  expect(await ask(dir, { files })).toEqual({ commit: dir.commit, isDirty: false });
  dir.write('conf/a.yaml', 'b');
  expect(await ask(dir, { files })).toEqual({ commit: dir.commit, isDirty: true });
});

test('gitState() is nothing without a repository, a commit, a folder, or this disk', async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'a.sh'), '');
  const never = (): never => {
    throw new Error('Nobody asks for the files where there is no repository');
  };
  const check = async (root: string): Promise<void> =>
    expect(
      await gitState(
        { script: { root, path: 'a.sh' }, text: undefined, others: never },
        { homeDir: dir.path, files: nodeFiles, gitAnswers: new GitAnswers() },
      ),
    ).toBeUndefined();
  await check(dir.path);
  await check(join(dir.path, 'none'));
  await check('vscode-vfs://github/owner/project');
  execFileSync('git', ['-C', dir.path, 'init', '--quiet']);
  await check(dir.path);
});

test('gitState() reads many files in several calls', async () => {
  const names = Array.from({ length: 500 }, (_, index) => `files/${'long '.repeat(20)}${index}.txt`);
  using dir = repository({ [SCRIPT]: '', ...Object.fromEntries(names.map((name) => [name, name])) });
  expect(await ask(dir, { files: names })).toEqual({ commit: dir.commit, isDirty: false });
  dir.write(names.at(-1) ?? '', 'something else');
  expect(await ask(dir, { files: names })).toEqual({ commit: dir.commit, isDirty: true });
});

test('gitState() does not start git again while HEAD is the same commit, and sees by itself when it is not', async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\n' });
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir.path, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' });
  const gitAnswers = new GitAnswers();
  const state = async (): Promise<object> => ({ ...(await ask(dir, { gitAnswers })) });
  const path = process.env.PATH;
  const withoutGit = async (): Promise<object> => {
    process.env.PATH = '/nonexistent';
    try {
      return await state();
    } finally {
      process.env.PATH = path;
    }
  };
  expect(await state()).toEqual({ commit: dir.commit, isDirty: false });
  expect(await withoutGit()).toEqual({ commit: dir.commit, isDirty: false });
  dir.write(SCRIPT, 'echo 2\n');
  expect(await withoutGit()).toEqual({ commit: dir.commit, isDirty: true });

  const check = async (change: () => void): Promise<void> => {
    change();
    expect(await state()).toEqual({ commit: git('rev-parse', 'HEAD').trim(), isDirty: false });
  };
  await check(() => git('commit', '--quiet', '--all', '--message', 'second'));
  await check(() => git('commit', '--quiet', '--amend', '--message', 'other'));
  await check(() => git('pack-refs', '--all'));
  await check(() => git('checkout', '--quiet', '-b', 'side'));
  await check(() => git('commit', '--quiet', '--allow-empty', '--message', 'third'));
  await check(() => git('checkout', '--quiet', '--detach', 'HEAD~1'));
  await check(() => git('symbolic-ref', 'HEAD', 'refs/heads/side'));
  git('pack-refs', '--all');
  await state();
  // Packed once more with other commits: the reference itself is no file.
  await check(() => {
    git('update-ref', 'refs/heads/side', 'HEAD~1');
    git('pack-refs', '--all');
  });
});

test('gitState() sees a new commit in a work tree beside the repository', async () => {
  using dir = repository({ [SCRIPT]: 'echo 1\n' });
  using beside = tempDir();
  const path = join(beside.path, 'tree');
  execFileSync('git', ['-C', dir.path, 'worktree', 'add', '--quiet', path]);
  const gitAnswers = new GitAnswers();
  expect(await ask({ path }, { gitAnswers })).toEqual({ commit: dir.commit, isDirty: false });
  const git = (...args: string[]): string => execFileSync('git', ['-C', path, ...args], { encoding: 'utf8' });
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '--message', 'second');
  expect(await ask({ path }, { gitAnswers })).toEqual({ commit: git('rev-parse', 'HEAD').trim(), isDirty: false });
});
