import { basename } from 'node:path';
import { type Uri, workspace } from 'vscode';
import { hasKnownExtension } from '../../domain/interpreter.ts';

/** A checkout or a build changes many files: they are looked through once for many. */
const GATHER_MS = 500;

/** Tells that events of the workspace may have come, changed or gone, once for changes that follow each other closely. */
export function watchScripts(onDidChange: () => void): Disposable {
  const watcher = workspace.createFileSystemWatcher('**/*');
  let timer: NodeJS.Timeout | undefined;
  const touch = (uri: Uri): void => {
    if (!mayBeEvent(uri.path)) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      onDidChange();
    }, GATHER_MS);
  };
  watcher.onDidCreate(touch);
  watcher.onDidChange(touch);
  watcher.onDidDelete(touch);
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      watcher.dispose();
    },
  };
}

/** A name without an extension may be a folder, or a script that has a shebang. */
function mayBeEvent(path: string): boolean {
  if (/\/(\.git|node_modules)\//.test(path)) return false;
  const name = basename(path);
  return hasKnownExtension(path) || !name.includes('.') || name === 'cronium.yaml';
}
