import { FileSystemError, type Uri, workspace } from 'vscode';

/** Says whether something stands at an address. Throws when that cannot be known: what is there must not be written over. */
export async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
