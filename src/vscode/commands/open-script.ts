import { commands } from 'vscode';
import { scriptUri } from '../host/documents.ts';
import type { Row } from '../views/row.ts';

/** "Open Script": the script of an event, as a preview like any file of a tree. */
export async function openScript(row: Row | undefined): Promise<void> {
  if (row?.target?.kind === 'event') await commands.executeCommand('vscode.open', scriptUri(row.target.script));
}
