import { join } from 'node:path';
import { CroniumError } from './errors.ts';
import type { ScriptFile } from './event.ts';

/**
 * The files of the workspace, wherever they are: on this disk, behind the editor's remote connection, in a virtual file system.
 * Every path is a root with a path below it, with forward slashes; `.` is the root itself. Methods throw `FileError`.
 */
export interface Files {
  /** What stands there when links are followed. */
  stat(file: ScriptFile): Promise<FileStat>;
  /** What stands in a folder, in no order; `missing` for what is no folder. */
  list(folder: ScriptFile): Promise<readonly FolderEntry[]>;
  /** The whole content at one moment; `tooLarge` when it is longer. */
  read(file: ScriptFile, options: { readonly maxBytes: number }): Promise<Uint8Array>;
  /** The first `maxBytes` of a regular file, or less; never waits for a pipe's writer. */
  readStart(file: ScriptFile, options: { readonly maxBytes: number }): Promise<Uint8Array>;
  /**
   * The path below the root without links. Throws `outside` when links leave the root, `circle`, and `link` where the file
   * system does not say where a link leads.
   */
  resolve(file: ScriptFile): Promise<string>;
  /** All files below a root, as far as the host knows them without walking; absent or undefined: it does not. */
  search?(root: string, options: SearchOptions): Promise<readonly string[] | undefined>;
}

export interface SearchOptions {
  /** Names of folders that are left out, wherever they are. */
  readonly skippedFolders: readonly string[];
  readonly maxFiles: number;
  readonly signal: AbortSignal;
}

export interface FileStat {
  /** `other`: a device, a pipe, a socket. */
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Absent: the file system does not tell. */
  readonly isExecutable?: boolean;
}

export interface FolderEntry {
  readonly name: string;
  /** `link`: of whatever; `stat` tells what it leads to. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** Why a file could not be used. */
export type FileProblem = keyof typeof FOUND;

/** A file that could not be used, with code `file/<problem>`. Who knows what for says so: `Cannot pack "x": ${error.found}`. */
export class FileError extends CroniumError {
  readonly problem: FileProblem;
  /** The end of a sentence: `there is no such file`. */
  readonly found: string;

  constructor(
    problem: FileProblem,
    file: ScriptFile,
    { cause, detail }: { readonly cause?: unknown; readonly detail?: string } = {},
  ) {
    const found = detail ?? FOUND[problem];
    super(`file/${problem}`, `Cannot use "${fullPath(file)}": ${found}`, { cause });
    this.problem = problem;
    this.found = found;
  }
}

/** Makes what a file system throws a `FileError`: of the kind that stands for its code, else `unreadable`, with the code. */
export function fileErrors(
  kinds: Readonly<Record<string, FileProblem>>,
): <T>(file: ScriptFile, action: () => Promise<T>) => Promise<T> {
  return async (file, action) => {
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      const problem = kinds[code] ?? 'unreadable';
      const detail = problem === 'unreadable' ? { detail: `it cannot be read (${code})` } : {};
      throw new FileError(problem, file, { cause, ...detail });
    }
  };
}

/** The error of a file that is longer than what was asked for. */
export function tooLarge(
  file: ScriptFile,
  { size, maxBytes }: { readonly size: number; readonly maxBytes: number },
): FileError {
  const [found, allowed] = [size, maxBytes].map((each) => each.toLocaleString('en'));
  return new FileError('tooLarge', file, { detail: `it has ${found} bytes, at most ${allowed} are possible` });
}

/** The text of a file. A byte order mark stays. */
export async function readText(
  files: Files,
  file: ScriptFile,
  options: { readonly maxBytes: number },
): Promise<string> {
  const bytes = await files.read(file, options);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A file's path for people; an address such as `vscode-remote://…` when its root is one. */
export function fullPath({ root, path }: ScriptFile): string {
  return isAddress(root) ? `${root.replace(/\/$/, '')}/${path}` : join(root, path);
}

/** Says whether a root is an address and not a path of this machine. */
export function isAddress(root: string): boolean {
  // One letter is a drive.
  return /^[A-Za-z][A-Za-z0-9+.-]+:\//.test(root);
}

const FOUND = {
  missing: 'there is no such file',
  folder: 'it is a folder',
  notFile: 'it is a device, a pipe or a socket',
  unreadable: 'it cannot be read',
  tooLarge: 'it is too large',
  outside: 'it is a link that leaves the folder',
  circle: 'its links form a circle',
  link: 'it is a link, and its file system does not say where it leads',
} as const;
