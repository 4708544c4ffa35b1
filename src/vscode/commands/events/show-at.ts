import { Range, type Uri, window } from 'vscode';

/** Opens a file with the cursor at the beginning of a line, which counts from 1. */
export async function showAt(uri: Uri, line: number): Promise<void> {
  await window.showTextDocument(uri, { selection: new Range(line - 1, 0, line - 1, 0) });
}
