import { mapAhead } from '../base/map-ahead.ts';
import type { ScriptFile } from '../domain/event.ts';
import { FileError, type Files } from '../domain/files.ts';
import { hasKnownExtension, hasShebang } from '../domain/interpreter.ts';
import { hasHeader } from './header.ts';
import type { FoundScript, ScriptListing } from './workspace.ts';

/** A second or two of looking into files; a folder with more is no folder of scripts. */
const MAX_VISITED_FILES = 20_000;

/** Enough for a shebang, a licence and a header. */
const START_BYTES = 8_192;

/** Keeps a disk busy and hides the way to another machine, and stays far below every limit of handles. */
const OPEN_AT_ONCE = 32;

/** Folders of other programs' files; hidden folders are skipped as well. */
const SKIPPED_FOLDERS: readonly string[] = ['node_modules', 'dist', '__pycache__'];

/** Most files of a project: they are not opened to look for a shebang. */
const NO_SCRIPT =
  /\.(c|cc|cpp|cs|css|csv|gif|gz|h|hpp|htm|html|ico|ini|java|jpe?g|json|jsonc|jsx|kt|less|lock|log|map|md|mdx|mp[34]|o|pdf|png|rst|s?ass|so|sql|svg|toml|tsx|ttf|txt|vue|webp|woff2?|xml|ya?ml|zip)$/i;

/** Finds the scripts below `root`, the ones near the top first when there are too many; links to folders are not followed. */
export async function listScripts(
  root: string,
  options: { readonly files: Files; readonly signal: AbortSignal },
): Promise<ScriptListing> {
  const { files, signal } = options;
  signal.throwIfAborted();
  const { paths, isComplete } = await findPaths(root, options);
  const scripts: FoundScript[] = [];
  const find = (path: string) => findScript({ root, path }, files);
  for await (const script of mapAhead(paths.filter(mayBeScript), find, { ahead: OPEN_AT_ONCE })) {
    signal.throwIfAborted();
    if (script) scripts.push(script);
  }
  return { scripts: scripts.sort((one, other) => compare(one.file.path, other.file.path)), isComplete };
}

interface Paths {
  readonly paths: readonly string[];
  readonly isComplete: boolean;
}

async function findPaths(
  root: string,
  { files, signal }: { readonly files: Files; readonly signal: AbortSignal },
): Promise<Paths> {
  const limits = { skippedFolders: SKIPPED_FOLDERS, maxFiles: MAX_VISITED_FILES, signal };
  const known = await files.search?.(root, limits);
  if (known) return { paths: known, isComplete: known.length < MAX_VISITED_FILES };
  const paths: string[] = [];
  let folders = [''];
  while (folders.length > 0) {
    const below: string[] = [];
    const list = (folder: string) => listFolder({ root, path: folder }, files);
    for await (const listed of mapAhead(folders, list, { ahead: OPEN_AT_ONCE })) {
      signal.throwIfAborted();
      paths.push(...listed.paths);
      below.push(...listed.folders);
      if (paths.length >= MAX_VISITED_FILES) return { paths: paths.slice(0, MAX_VISITED_FILES), isComplete: false };
    }
    folders = below;
  }
  return { paths, isComplete: true };
}

async function listFolder(
  { root, path }: ScriptFile,
  files: Files,
): Promise<{ readonly paths: readonly string[]; readonly folders: readonly string[] }> {
  const paths: string[] = [];
  const folders: string[] = [];
  // A folder that cannot be read has no scripts to offer; the ones beside it have.
  const entries = await files.list({ root, path: path === '' ? '.' : path }).catch(asAbsent);
  for (const { name, kind } of [...(entries ?? [])].sort((one, other) => compare(one.name, other.name))) {
    const place = path === '' ? name : `${path}/${name}`;
    if (kind !== 'folder') paths.push(place);
    else if (!name.startsWith('.') && !SKIPPED_FOLDERS.includes(name)) folders.push(place);
  }
  return { paths, folders };
}

function mayBeScript(path: string): boolean {
  return !NO_SCRIPT.test(path);
}

async function findScript(file: ScriptFile, files: Files): Promise<FoundScript | undefined> {
  const bytes = await files.readStart(file, { maxBytes: START_BYTES }).catch(asAbsent);
  if (!bytes) return undefined;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!hasShebang(start) && !hasKnownExtension(file.path)) return undefined;
  // Nearly every script has none: not worth to look at its lines.
  return { file, hasHeader: start.includes('cronium') && hasHeader(start) };
}

/** What is no file, or cannot be read, is no script of ours. */
function asAbsent(error: unknown): undefined {
  if (error instanceof FileError) return undefined;
  throw error;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
