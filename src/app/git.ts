import { spawn } from 'node:child_process';
import { dirname, join, posix, relative, sep } from 'node:path';
import type { ScriptFile } from '../domain/event.ts';
import { isAddress } from '../domain/files.ts';
import type { GitState } from '../domain/run.ts';

/** For all questions together: what is told of a run must not make it wait. */
const LIMIT_MS = 2_000;

/** Longer answers are not read: a script is smaller, and one line of a status says enough. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Names in one call: Windows takes 32,767 characters of command line. */
const MAX_NAMES_LENGTH = 20_000;

/** What was packed. */
export interface Packed {
  readonly script: ScriptFile;
  /** The script's text in the editor, when that was packed in place of the file. */
  readonly text?: string | undefined;
  /** The names of the other files, below the script's root; asked for only in a repository. */
  files(): Promise<readonly string[]>;
}

/**
 * The repository of a script, and whether what was packed is what its HEAD has. Undefined where there is none, where there is no
 * `git`, and when it takes too long: nothing that is told of a run may stop it.
 */
export async function gitState(packed: Packed, options: { readonly homeDir: string }): Promise<GitState | undefined> {
  const { script, text } = packed;
  if (isAddress(script.root)) return undefined;
  // Not the root: repositories may lie below it, one beside the other.
  const folder = dirname(join(script.root, script.path));
  const signal = AbortSignal.timeout(LIMIT_MS);
  const git = (...args: string[]): Promise<Answer> => ask(args, { folder, homeDir: options.homeDir, signal });
  try {
    const head = await git('rev-parse', '--verify', 'HEAD');
    const commit = head.output.toString('latin1').trim();
    if (head.code !== 0 || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return undefined;
    if (text !== undefined) {
      const committed = await git('cat-file', 'blob', `HEAD:./${posix.basename(script.path)}`);
      if (committed.code !== 0 || !isSameText(committed.output, text)) return { commit, isDirty: true };
    }
    const files = await packed.files();
    const names = (text === undefined ? [script.path, ...files] : files).map((file) =>
      relative(folder, join(script.root, file)).split(sep).join('/'),
    );
    for (const some of inPortions(names)) {
      const status = await git('status', '--porcelain', '--ignored', '--', ...some.map((name) => `:(literal)${name}`));
      // It refuses names outside of the repository: these are in no commit.
      if (status.code !== 0 || status.output.length > 0) return { commit, isDirty: true };
    }
    return { commit, isDirty: false };
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly code: number | null;
  readonly output: Buffer;
}

/** Rejects when there is no `git` or the time is over. */
function ask(
  args: readonly string[],
  { folder, homeDir, signal }: { readonly folder: string; readonly homeDir: string; readonly signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Started elsewhere: Windows takes a program from the folder it is started in before that of the PATH.
    const child = spawn('git', ['--no-optional-locks', '-C', folder, '-c', 'core.fsmonitor=false', ...args], {
      cwd: homeDir,
      env: { ...process.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks) }));
  });
}

/** Line ends do not count: packing makes them one kind, and so may `git`. */
function isSameText(committed: Buffer, text: string): boolean {
  const plain = (some: string): string => some.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  return plain(committed.toString('utf8')) === plain(text);
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
    length += name.length + 12;
  }
  if (portion.length > 0) yield portion;
}
