import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptFile } from '../domain/event.ts';
import { hasKnownExtension, hasShebang } from '../domain/interpreter.ts';
import { hasHeader } from './header.ts';
import type { FoundScript, ScriptListing } from './workspace.ts';

/** More than a person looks through in a tree; a folder with more is no folder of scripts. */
const MAX_SCRIPTS = 2_000;

/** A second or two of looking into files. */
const MAX_VISITED_FILES = 20_000;

/** Enough for a shebang, a licence and a header. */
const START_BYTES = 8_192;

/** Open files at once: keeps a disk busy and stays far below every limit of handles. */
const OPEN_AT_ONCE = 32;

/** Folders of other programs' files; hidden folders are skipped as well. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'dist', '__pycache__']);

/** Finds the scripts below `root`, the ones near the top first when there are too many; links to folders are not followed. */
export async function listScripts(root: string, { signal }: { readonly signal: AbortSignal }): Promise<ScriptListing> {
  const scripts: FoundScript[] = [];
  const folders = [''];
  let visited = 0;
  let isComplete = true;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    signal.throwIfAborted();
    const { files, below } = await readFolder(root, folder);
    folders.push(...below);
    for (let at = 0; at < files.length && isComplete; at += OPEN_AT_ONCE) {
      signal.throwIfAborted();
      const batch = files.slice(at, at + OPEN_AT_ONCE);
      visited += batch.length;
      const found = await Promise.all(batch.map((path) => findScript({ root, path })));
      scripts.push(...found.filter((script) => script !== undefined));
      isComplete = visited < MAX_VISITED_FILES && scripts.length <= MAX_SCRIPTS;
    }
    if (!isComplete) break;
  }
  const kept = scripts.slice(0, MAX_SCRIPTS);
  return { scripts: kept.sort((one, other) => compare(one.file.path, other.file.path)), isComplete };
}

async function readFolder(root: string, folder: string): Promise<{ files: string[]; below: string[] }> {
  const files: string[] = [];
  const below: string[] = [];
  // A folder that cannot be read has no scripts to offer; the ones beside it have.
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((one, other) => compare(one.name, other.name))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) files.push(path);
    else if (!entry.name.startsWith('.') && !SKIPPED_FOLDERS.has(entry.name)) below.push(path);
  }
  return { files, below };
}

async function findScript(file: ScriptFile): Promise<FoundScript | undefined> {
  const start = await readStart(join(file.root, file.path));
  if (start === undefined || !(hasShebang(start) || hasKnownExtension(file.path))) return undefined;
  return { file, hasHeader: hasHeader(start) };
}

/** The first characters of a regular file; undefined when it is none or cannot be read, which makes it no script of ours. */
async function readStart(path: string): Promise<string | undefined> {
  try {
    // Asked before it is opened: opening a pipe would wait for its writer.
    if (!(await stat(path)).isFile()) return undefined;
    await using handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
