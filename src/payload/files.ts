import { mapAhead } from '../base/map-ahead.ts';
import { CroniumError } from '../domain/errors.ts';
import { FileError, type Files } from '../domain/files.ts';
import { readIgnored } from './ignore.ts';
import { compareBytes } from './order.ts';
import { type Exclusions, isPattern, selectFolder, selectPattern } from './pattern.ts';
import { type FoundFile, findFile, requireFolder } from './read.ts';
import { hasSecretName } from './secrets.ts';
import { findMatches, type Match } from './walk.ts';

/** What the runner unpacks is at most 10,000 entries; the manifest and the script are two of them. */
const MAX_FILES = 9_998;

/** Files that are asked for at once: hides the way to a folder on another machine. */
const ASKED_AT_ONCE = 32;

/** A file that goes along with a script. */
export interface ExtraFile extends FoundFile {
  /** Below the event's folder, with forward slashes. */
  readonly name: string;
  /** Named without wildcards: it is taken even when it looks like a secret or is ignored. */
  readonly isLiteral: boolean;
}

/** What an event's patterns stand for. */
export interface ExtraFiles {
  readonly files: readonly ExtraFile[];
  /** Names of files that stay here because of them. */
  readonly secrets: readonly string[];
  /** Sentences on what else stays here. */
  readonly notes: readonly string[];
}

interface FindOptions {
  readonly files: Files;
  readonly signal: AbortSignal;
}

/**
 * Finds the files that an event names, by name: files, whole folders, patterns; `!pattern` and `.croniumignore` take out what
 * patterns and folders have matched. Whatever is named has to be there, inside the folder.
 */
export async function findFiles(patterns: readonly string[], root: string, options: FindOptions): Promise<ExtraFiles> {
  if (patterns.length === 0) return { files: [], secrets: [], notes: [] };
  const { files: port, signal } = options;
  await requireFolder(root, port);
  const named = await findNames(patterns, root, options);
  const files: ExtraFile[] = [];
  const secrets: string[] = [];
  const notes: string[] = [];
  const find = (one: Named) => findNamed(root, one, port);
  for await (const file of mapAhead(named, find, { ahead: ASKED_AT_ONCE })) {
    signal.throwIfAborted();
    if ('note' in file) notes.push(file.note);
    // A link with a harmless name can lead to a secret.
    else if (!file.isLiteral && (hasSecretName(file.name) || hasSecretName(file.real))) secrets.push(file.name);
    else files.push(file);
  }
  return { files, secrets, notes };
}

interface Named extends Match {
  readonly isLiteral: boolean;
}

async function findNamed(
  root: string,
  { name, real, isLiteral }: Named,
  files: Files,
): Promise<ExtraFile | { readonly note: string }> {
  try {
    return { name, isLiteral, ...(await findFile({ root, path: name }, files, real)) };
  } catch (error) {
    const cause = error instanceof CroniumError ? error.cause : undefined;
    // What a pattern happens to match is no wish to have it, where the file system cannot show that it is safe.
    if (isLiteral || !(cause instanceof FileError) || cause.problem !== 'link') throw error;
    return { note: `Left out ${name}: ${cause.found}` };
  }
}

async function findNames(patterns: readonly string[], root: string, options: FindOptions): Promise<readonly Named[]> {
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => clean(pattern.slice(1)));
  const isIgnored = await readIgnored(root, options.files);
  const exclusions = { patterns: excluded, isIgnored: isIgnored ?? (() => false) };
  const named = new Map<string, Named>();
  for (const pattern of patterns.filter((each) => !each.startsWith('!'))) {
    options.signal.throwIfAborted();
    const found = await findOne(clean(pattern), root, { ...options, exclusions });
    if (found.length === 0) {
      const unless = isIgnored ? ' that .croniumignore does not leave out' : '';
      throw new CroniumError('event/files', `Cannot pack "${pattern}": it matches no file below "${root}"${unless}`);
    }
    for (const one of found) {
      if (one.isLiteral || !named.has(one.name)) named.set(one.name, one);
    }
  }
  if (named.size > MAX_FILES) {
    const [found, limit] = [named.size, MAX_FILES].map((each) => each.toLocaleString('en'));
    throw new CroniumError(
      'payload/limit',
      `Cannot pack ${found} files of "${root}": at most ${limit} may go along; .croniumignore can keep files here`,
    );
  }
  return [...named.values()].sort((one, other) => compareBytes(one.name, other.name));
}

async function findOne(
  pattern: string,
  root: string,
  options: FindOptions & { readonly exclusions: Exclusions },
): Promise<readonly Named[]> {
  // A name such as "report (1).txt" is a name when there is such a file, whatever its brackets could mean.
  const kind = /[*?]/.test(pattern) ? 'missing' : await findKind({ root, path: pattern }, options.files);
  if (kind === 'file') return [{ name: pattern, isLiteral: true }];
  if (kind === 'missing' && !isPattern(pattern)) {
    throw new CroniumError('event/files', `Cannot pack "${pattern}": there is no such file below "${root}"`);
  }
  const select = kind === 'folder' ? selectFolder : selectPattern;
  const matches = await findMatches(root, select(pattern, options.exclusions), options);
  return matches.map((match) => ({ ...match, isLiteral: false }));
}

async function findKind(
  place: { readonly root: string; readonly path: string },
  files: Files,
): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await files.stat(place)).kind === 'folder' ? 'folder' : 'file';
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // What is there and cannot be used is told when it is packed.
    return error.problem === 'missing' ? 'missing' : 'file';
  }
}

/** The pattern without `./` and doubled slashes. Throws when it names something outside the folder. */
function clean(pattern: string): string {
  const segments = pattern.split('/').filter((segment, index) => index === 0 || (segment !== '' && segment !== '.'));
  if (segments[0] === '.' && segments.length > 1) segments.shift();
  const isAbsolute = segments[0] === '' || /^[A-Za-z]:[\\/]/.test(pattern) || pattern.startsWith('\\\\');
  // A remote folder may be on Windows, where a backslash leads on.
  if (!isAbsolute && !pattern.split(/[\\/]/).includes('..')) return segments.join('/');
  throw new CroniumError('event/files', `Cannot pack "${pattern}": only files below the script's folder can go along`);
}
