import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, posix } from 'node:path';
import { mapAhead } from '../base/map-ahead.ts';
import type { ScriptFile } from '../domain/event.ts';
import { type Files, fullPath, isAddress } from '../domain/files.ts';
import type { GitState } from '../domain/run.ts';
import type { GitAnswer, GitAnswers } from './git-answers.ts';
import { headMark } from './git-head.ts';

/** For all questions together: what is told of a run must not make it wait. */
const LIMIT_MS = 2_000;

/** Longer answers are not read: 100 bytes and a name are said of each file. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Names in one call: Windows takes 32,767 characters of command line. */
const MAX_NAMES_LENGTH = 20_000;

/** More than this is not read again to be compared. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

const READ_AT_ONCE = 16;

/** What was packed. */
export interface Packed {
  readonly script: ScriptFile;
  /** The script's text in the editor, when that was packed in place of the file. */
  readonly text?: string | undefined;
  /** The names of the other files, below the script's root; asked for only in a repository. */
  others(): Promise<readonly string[]>;
}

export interface GitOptions {
  readonly homeDir: string;
  readonly files: Files;
  readonly gitAnswers: GitAnswers;
}

/**
 * The repository of a script, and whether what was packed is what its HEAD has; line ends do not count. Undefined where there is
 * none, where there is no `git`, and when it takes too long: nothing that is told of a run may stop it.
 *
 * Contents are compared here and not by `git status`, which runs the programs that a repository's own settings name (filters,
 * monitors): to run a script on a server is no permission to run anything on this machine.
 */
export async function gitState(
  packed: Packed,
  { homeDir, files, gitAnswers }: GitOptions,
): Promise<GitState | undefined> {
  const { script, text } = packed;
  const { root } = script;
  if (isAddress(root)) return undefined;
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const path = await files.resolve(script);
    // Not the root: repositories may lie below it, one beside the other.
    const folder = posix.dirname(path);
    const around = dirname(fullPath({ root, path }));
    const mark = await headMark(around);
    if (mark === 'none') return undefined;
    const git = (...args: string[]): Promise<GitAnswer> =>
      gitAnswers.recall(mark === undefined ? undefined : [around, mark, ...args], () =>
        ask(args, { folder: around, homeDir, signal }),
      );
    const head = await git('rev-parse', '--verify', 'HEAD');
    const commit = head.output.toString('latin1').trim();
    if (head.code !== 0 || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return undefined;
    const dirty = { commit, isDirty: true };

    const others = await Promise.all((await packed.others()).map((other) => files.resolve({ root, path: other })));
    const committed = new Map<string, string>();
    for (const some of inPortions([path, ...others].map((each) => posix.relative(folder, each)))) {
      const tree = await git('ls-tree', '-z', commit, '--', ...some);
      // It refuses names outside of the repository: these are in no commit.
      if (tree.code !== 0) return dirty;
      for (const [, hash = '', name = ''] of tree.output.toString('utf8').matchAll(LISTED)) committed.set(name, hash);
    }
    const isCommitted = async (each: string): Promise<boolean> => {
      signal.throwIfAborted();
      const hash = committed.get(posix.relative(folder, each));
      if (hash === undefined) return false;
      if (each === path && text !== undefined) return isContent(hash, Buffer.from(text));
      return isContent(hash, await files.read({ root, path: each }, { maxBytes: MAX_FILE_BYTES }));
    };
    for await (const isSame of mapAhead([path, ...others], isCommitted, { ahead: READ_AT_ONCE })) {
      if (!isSame) return dirty;
    }
    return { commit, isDirty: false };
  } catch {
    return undefined;
  }
}

/** `<mode> <type> <hash>\t<name>\0` */
const LISTED = /\d+ blob ([0-9a-f]+)\t([^\0]+)\0/g;

/** Says whether git has these bytes under this hash, with whatever line ends, with or without a byte order mark. */
function isContent(hash: string, bytes: Uint8Array): boolean {
  const algorithm = hash.length === 40 ? 'sha1' : 'sha256';
  const isIt = (some: Uint8Array): boolean =>
    createHash(algorithm).update(`blob ${some.length}\0`).update(some).digest('hex') === hash;
  if (isIt(bytes)) return true;
  // One character a byte.
  const plain = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replaceAll('\r\n', '\n');
  const texts = [plain, plain.replaceAll('\n', '\r\n')].flatMap((one) => [one, `\xef\xbb\xbf${one}`]);
  return [...texts, largeFile(bytes)].some((one) => isIt(Buffer.from(one, 'latin1')));
}

/** What is committed of a file that Git LFS keeps elsewhere. */
function largeFile(bytes: Uint8Array): string {
  const oid = createHash('sha256').update(bytes).digest('hex');
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
}

/** Rejects when there is no `git` or the time is over. */
function ask(
  args: readonly string[],
  { folder, homeDir, signal }: { readonly folder: string; readonly homeDir: string; readonly signal: AbortSignal },
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    // Started elsewhere: Windows takes a program from the folder it is started in before that of the PATH.
    const child = spawn('git', ['-C', folder, ...args], {
      cwd: homeDir,
      // Nothing is fetched that a partial clone has left out: the repository says by which program.
      env: {
        ...process.env,
        GIT_DIR: undefined,
        GIT_WORK_TREE: undefined,
        GIT_NO_LAZY_FETCH: '1',
        GIT_ALLOW_PROTOCOL: 'none',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    });
    // Not once: what cannot be started may fail to be stopped, too. Before all else: out of file descriptors there are no streams.
    child.on('error', reject);
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks) }));
  });
}

function* inPortions(names: readonly string[]): Generator<string[]> {
  let portion: string[] = [];
  let length = 0;
  for (const name of names) {
    if (length + name.length > MAX_NAMES_LENGTH && portion.length > 0) {
      yield portion;
      portion = [];
      length = 0;
    }
    portion.push(name);
    length += name.length + 1;
  }
  if (portion.length > 0) yield portion;
}
