import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Uri, window, workspace } from 'vscode';

/** Opens the SSH configuration in the editor; one that is not there yet as a new file that can be saved there. */
export async function openSshConfig(file = join(homedir(), '.ssh', 'config')): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  const uri = isThere ? Uri.file(file) : Uri.file(file).with({ scheme: 'untitled' });
  await window.showTextDocument(await workspace.openTextDocument(uri));
}
