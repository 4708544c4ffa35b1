import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TextDocument, Uri, window, workspace } from 'vscode';
import type { LoadedEvent } from '../../app/events.ts';
import { CroniumError } from '../../domain/errors.ts';
import type { ScriptFile } from '../../domain/event.ts';

/** A script as the editor has it: its open text, saved or not, or the file when it is not open. */
export interface EditorScript {
  readonly loaded: LoadedEvent;
  /** Absent: the file as saved. */
  readonly text?: string;
}

/** The document that a menu was opened on, else the one of the active editor. */
export async function findDocument(uri: Uri | undefined): Promise<TextDocument> {
  if (uri) return await workspace.openTextDocument(uri);
  // With the focus in the output panel, that is the active editor.
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  const script = editors.find((editor) => editor && editor.document.uri.scheme !== 'output');
  if (script) return script.document;
  throw new CroniumError('script/none', 'Cannot run the active script: no editor with a script is open');
}

/** Reads the event of a document from its text; `text` when it is not the document's text of now that counts. */
export async function readDocument(document: TextDocument, text = document.getText()): Promise<EditorScript> {
  const { loadEvent } = await import('../../app/events.ts');
  const loaded = await loadEvent(await locate(document), { text, languageId: document.languageId });
  return { loaded, text };
}

/** Reads the event of a script, from its editor when it is open. */
export async function readScript(script: ScriptFile): Promise<EditorScript> {
  const uri = scriptUri(script).toString();
  const document = workspace.textDocuments.find((one) => one.uri.toString() === uri);
  if (document) return await readDocument(document);
  const { loadEvent } = await import('../../app/events.ts');
  return { loaded: await loadEvent(script) };
}

export function scriptUri(script: ScriptFile): Uri {
  return Uri.file(join(script.root, script.path));
}

/** A text without a file on this machine (new, or of a virtual file system) stands in the first folder, or at home. */
async function locate(document: TextDocument): Promise<ScriptFile> {
  const { locateScript } = await import('../../app/events.ts');
  const folder = workspace.getWorkspaceFolder(document.uri) ?? localFolders()[0];
  const root = folder?.uri.scheme === 'file' ? folder.uri.fsPath : homedir();
  if (document.uri.scheme === 'file') return locateScript(document.uri.fsPath, root);
  return { root, path: document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1) };
}

/** The workspace folders that are on this machine. */
export function localFolders(): readonly { readonly name: string; readonly uri: Uri }[] {
  return (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
