import { homedir } from 'node:os';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { Uri, workspace } from 'vscode';
import type { ScriptFile } from '../../domain/event.ts';
import { isAddress } from '../../domain/files.ts';

/** A folder of the workspace, on this disk or elsewhere. */
export interface OpenFolder {
  readonly name: string;
  /** As in `ScriptFile`. */
  readonly root: string;
}

/** The folders of the workspace, wherever they are. */
export function openFolders(): readonly OpenFolder[] {
  return (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, root: rootOf(uri) }));
}

/** A folder as the root of scripts: its path on this disk, else its whole address, so that equal paths on two hosts differ. */
export function rootOf(folder: Uri): string {
  return folder.scheme === 'file' ? folder.fsPath : folder.toString().replace(/\/$/, '');
}

/** The other way: where a file of a root stands. */
export function uriOf({ root, path }: ScriptFile): Uri {
  return isAddress(root) ? Uri.joinPath(Uri.parse(root, true), path) : Uri.file(join(root, path));
}

/**
 * Where a file stands: below its workspace folder, else in its own folder. A text without a file stands in the first folder, or
 * at home.
 */
export function placeOf(uri: Uri): ScriptFile {
  if (uri.scheme === 'untitled') return placeOfUntitled(uri);
  const folder = workspace.getWorkspaceFolder(uri)?.uri;
  if (uri.scheme === 'file') {
    const path = uri.fsPath;
    if (!folder) return { root: dirname(path), path: basename(path) };
    return { root: rootOf(folder), path: relative(folder.fsPath, path).split(sep).join('/') };
  }
  const parent = folder ?? Uri.joinPath(uri, '..');
  return { root: rootOf(parent), path: posix.relative(parent.path, uri.path) };
}

function placeOfUntitled(uri: Uri): ScriptFile {
  const first = workspace.workspaceFolders?.[0]?.uri;
  // One that was opened for a file that is not there yet has its path.
  if (uri.path.startsWith('/')) {
    return placeOf(first ? first.with({ path: uri.path }) : Uri.file(uri.path));
  }
  return { root: first ? rootOf(first) : homedir(), path: basename(uri.path) };
}
