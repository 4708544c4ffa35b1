import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { CroniumError } from '../domain/errors.ts';

/** How many entries of a folder are looked through for one pattern: seconds of work, and more than any project of scripts has. */
const MAX_ENTRIES = 200_000;

/** Stands for the root in what the pattern matcher sees, so that no character of the real path can act as a pattern. */
const VIRTUAL_ROOT = resolve('/cronium');

/** Line breaks in names, which the matcher's `**` would skip, and the private characters that stand for them meanwhile. */
const STAND_INS: readonly (readonly [string, string])[] = [
  ['\n', '\uf8f0'],
  ['\r', '\uf8f1'],
  ['\u2028', '\uf8f2'],
  ['\u2029', '\uf8f3'],
];

/** A folder below which files are found, and never outside of it. */
export interface Folder {
  /** As the user knows it. */
  readonly root: string;
  /** Without links. */
  readonly realRoot: string;
}

/** Opens the folder for finding files. */
export async function openFolder(root: string): Promise<Folder> {
  try {
    return { root, realRoot: await realpath(root) };
  } catch (cause) {
    throw new CroniumError('event/files', `Cannot pack files of "${root}": there is no such folder`, { cause });
  }
}

/** The real path of a file below the folder. Throws when there is none or when links lead out of the folder. */
async function resolveInside({ root, realRoot }: Folder, name: string): Promise<string> {
  const path = await realpath(join(root, name)).catch((cause: unknown) => {
    const found = name.includes('\ufffd') ? 'its name is not valid UTF-8' : `${absence(cause)} below "${root}"`;
    throw new CroniumError('event/files', `Cannot pack "${name}": ${found}`, { cause });
  });
  if (isInside(path, realRoot)) return path;
  throw new CroniumError('event/files', `Cannot pack "${name}": it is a link that leaves "${root}" (to "${path}")`);
}

/** The real path and the size of a regular file below the folder; opening anything else could wait for ever. */
export async function resolveFile(
  folder: Folder,
  name: string,
): Promise<{ readonly path: string; readonly size: number }> {
  const path = await resolveInside(folder, name);
  const found = await stat(path);
  if (found.isFile()) return { path, size: found.size };
  const what = found.isDirectory() ? 'a folder, or a link to one around it' : 'a device, a pipe or a socket';
  throw new CroniumError('event/files', `Cannot pack "${name}": it is ${what}`);
}

/** Finds the names below the folder that match a pattern. Links to folders inside are followed; other links are files. */
export async function matchFiles(
  folder: Folder,
  pattern: string,
  options: { readonly ignore: readonly string[]; readonly dot: boolean; readonly signal: AbortSignal },
): Promise<string[]> {
  const walk = new Walk(folder, pattern, options.signal);
  const names = await glob(encode(pattern), {
    cwd: VIRTUAL_ROOT,
    dot: options.dot,
    ignore: options.ignore.map(encode),
    expandDirectories: false,
    followSymbolicLinks: false,
    signal: options.signal,
    // The matcher calls this one form of the function, with callbacks.
    fs: { readdir: walk.readdir as unknown as typeof import('node:fs').readdir },
  });
  options.signal.throwIfAborted();
  if (walk.failure !== undefined) throw walk.failure;
  return names.map(decode);
}

type Entry = Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

/** One walk of the matcher through a folder: shows it every link as what it leads to. */
class Walk {
  /** The first thing that went wrong; the matcher would swallow it. */
  failure: unknown;
  readonly #folder: Folder;
  readonly #pattern: string;
  readonly #signal: AbortSignal;
  /** Behind a link to a folder: the folders in which the links on the way stand, to notice a circle. */
  readonly #crossed = new Map<string, readonly string[]>();
  #entries = 0;

  constructor(folder: Folder, pattern: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#pattern = pattern;
    this.#signal = signal;
  }

  readonly readdir = (path: string, _: unknown, done: (error: null, entries: Entry[]) => void): void => {
    const name = decode(relative(VIRTUAL_ROOT, path).split(sep).join('/'));
    this.#list(name).then(
      (entries) => done(null, entries),
      (error: unknown) => {
        this.failure ??= error;
        done(null, []);
      },
    );
  };

  async #list(name: string): Promise<Entry[]> {
    this.#signal.throwIfAborted();
    if (this.failure !== undefined) return [];
    const path = join(this.#folder.root, name);
    // The fixed beginning of a pattern may name a folder that is not there: then nothing matches.
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [];
    const real = await resolveInside(this.#folder, name);
    const entries = await readdir(real, { withFileTypes: true }).catch((cause: unknown) => {
      throw new CroniumError(
        'event/files',
        `Cannot look into "${name || '.'}" for "${this.#pattern}": ${absence(cause)}`,
        {
          cause,
        },
      );
    });
    this.#entries += entries.length;
    if (this.#entries > MAX_ENTRIES) {
      throw new CroniumError(
        'payload/limit',
        `Cannot look for "${this.#pattern}" below "${this.#folder.root}": there are more than ${MAX_ENTRIES.toLocaleString('en')} files; name a folder`,
      );
    }
    const crossed = this.#crossed.get(name) ?? [];
    return Promise.all(entries.map((entry) => this.#show(entry, { name: join(name, entry.name), real, crossed })));
  }

  async #show(
    entry: Dirent,
    { name, real, crossed }: { readonly name: string; readonly real: string; readonly crossed: readonly string[] },
  ): Promise<Entry> {
    const below = name.split(sep).join('/');
    if (!entry.isSymbolicLink()) {
      if (entry.isDirectory()) this.#crossed.set(below, crossed);
      return shown(entry.name, entry.isDirectory());
    }
    const target = await realpath(join(real, entry.name)).catch(() => undefined);
    const isFolder = target !== undefined && (await stat(target).catch(() => undefined))?.isDirectory() === true;
    const isCircle = isFolder && [...crossed, real].some((each) => isInside(each, target));
    if (!isFolder || isCircle || !isInside(target, this.#folder.realRoot)) return shown(entry.name, false);
    this.#crossed.set(below, [...crossed, real]);
    return shown(entry.name, true);
  }
}

function shown(name: string, isFolder: boolean): Entry {
  return { name: encode(name), isFile: () => !isFolder, isDirectory: () => isFolder, isSymbolicLink: () => false };
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Why a path could not be used, as the end of a sentence. */
function absence(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'it cannot be read';
  return code === 'ELOOP' ? 'its links form a circle' : 'there is no such file';
}

function encode(name: string): string {
  return STAND_INS.reduce((text, [character, standIn]) => text.replaceAll(character, standIn), name);
}

function decode(name: string): string {
  return STAND_INS.reduce((text, [character, standIn]) => text.replaceAll(standIn, character), name);
}
