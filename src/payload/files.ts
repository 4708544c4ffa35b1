import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { CroniumError } from '../domain/errors.ts';
import { type Folder, matchFiles, openFolder, resolveFile } from './folder.ts';
import { compareBytes } from './order.ts';
import { hasSecretName } from './secrets.ts';

/** What the runner unpacks is at most 10,000 entries; the manifest and the script are two of them. */
const MAX_FILES = 9_998;

/** Half of what the runner unpacks, and minutes of upload on a slow line: more belongs on the server already. */
const MAX_TOTAL_BYTES = 268_435_456;

/** A history with its remotes' passwords is not what a whole folder stands for. */
const GIT_FOLDERS = '**/.git/**';

/** A file that goes along with a script. */
export interface ExtraFile {
  /** Below the event's folder, with forward slashes. */
  readonly name: string;
  /** Where it is read: absolute, without links. */
  readonly path: string;
  /** Named without wildcards: it is taken even when it looks like a secret. */
  readonly isLiteral: boolean;
}

/** The note on a file that stays here. */
export function leftOut(name: string): string {
  return `Left out ${name}: it looks like a secret; name it literally under "files" to take it along`;
}

/**
 * Finds the files that an event names, by name: files, whole folders, patterns; `!pattern` takes out what patterns and folders
 * have matched. Whatever is named has to be there, inside the folder.
 */
export async function findFiles(
  patterns: readonly string[],
  root: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ readonly files: readonly ExtraFile[]; readonly notes: readonly string[] }> {
  if (patterns.length === 0) return { files: [], notes: [] };
  const folder = await openFolder(root);
  const { literal, names } = await findNames(patterns, folder, { signal });
  requireAtMost(MAX_FILES, { found: names.length, what: 'files', root });
  const files: ExtraFile[] = [];
  const notes: string[] = [];
  let total = 0;
  for (const name of names) {
    signal.throwIfAborted();
    const isLiteral = literal.has(name);
    const { path, size } = await resolveFile(folder, clean(name));
    // A link with a harmless name can lead to a secret.
    if (!isLiteral && (hasSecretName(name) || hasSecretName(path))) {
      notes.push(leftOut(name));
      continue;
    }
    total += size;
    files.push({ name, path, isLiteral });
  }
  requireAtMost(MAX_TOTAL_BYTES, { found: total, what: 'bytes', root });
  return { files, notes };
}

async function findNames(
  patterns: readonly string[],
  folder: Folder,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ readonly literal: ReadonlySet<string>; readonly names: readonly string[] }> {
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => clean(pattern.slice(1)));
  const ignore = excluded.flatMap((pattern) => [pattern, `${pattern}/**`]);
  const literal = new Set<string>();
  const matched = new Set<string>();
  for (const pattern of patterns.filter((each) => !each.startsWith('!'))) {
    signal.throwIfAborted();
    const found = await find(folder, clean(pattern), { ignore, signal });
    if (found.names.length === 0) {
      throw new CroniumError('event/files', `Cannot pack "${pattern}": it matches no file below "${folder.root}"`);
    }
    for (const name of found.names) (found.isLiteral ? literal : matched).add(name);
  }
  return { literal, names: [...new Set([...literal, ...matched])].sort(compareBytes) };
}

function requireAtMost(
  limit: number,
  { found, what, root }: { readonly found: number; readonly what: string; readonly root: string },
): void {
  if (found <= limit) return;
  throw new CroniumError(
    'payload/limit',
    `Cannot pack ${found.toLocaleString('en')} ${what} of "${root}": at most ${limit.toLocaleString('en')} may go along`,
  );
}

async function find(
  folder: Folder,
  pattern: string,
  { ignore, signal }: { readonly ignore: readonly string[]; readonly signal: AbortSignal },
): Promise<{ readonly names: readonly string[]; readonly isLiteral: boolean }> {
  const path = join(folder.root, pattern);
  // A name such as "report (1).txt" is a name when there is such a file, whatever its brackets could mean.
  const isName = !/[*?]/.test(pattern) && (await lstat(path).catch(() => undefined)) !== undefined;
  if (isName) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
    if (!isFolder) return { names: [pattern], isLiteral: true };
    const below = pattern === '.' ? '**' : `${escapePath(pattern)}/**`;
    const options = { ignore: [...ignore, GIT_FOLDERS], dot: true, signal };
    return { names: await matchFiles(folder, below, options), isLiteral: false };
  }
  if (!isDynamicPattern(pattern)) {
    throw new CroniumError('event/files', `Cannot pack "${pattern}": there is no such file below "${folder.root}"`);
  }
  const options = {
    ignore: pattern.includes('.git') ? ignore : [...ignore, GIT_FOLDERS],
    // A pattern that names dot files means them.
    dot: /(^|[/{,])\./.test(pattern),
    signal,
  };
  return { names: await matchFiles(folder, pattern, options), isLiteral: false };
}

/** The pattern without `./` and doubled slashes. Throws when it names something outside the folder. */
function clean(pattern: string): string {
  const segments = pattern.split('/').filter((segment, index) => index === 0 || (segment !== '' && segment !== '.'));
  if (segments[0] === '.' && segments.length > 1) segments.shift();
  const isAbsolute = segments[0] === '' || /^[A-Za-z]:[\\/]/.test(pattern) || pattern.startsWith('\\\\');
  if (!isAbsolute && !segments.includes('..')) return segments.join('/');
  throw new CroniumError('event/files', `Cannot pack "${pattern}": only files below the script's folder can go along`);
}
