import { l10n, type TextDocument, type Uri, window, workspace } from 'vscode';
import type { LoadedEvent } from '../../app/events.ts';
import { CroniumError } from '../../domain/errors.ts';
import type { ScriptFile } from '../../domain/event.ts';
import { DECLARATIONS } from '../language/event-document.ts';
import { placeOf, uriOf } from './place.ts';
import { settleChanges } from './unsaved.ts';
import { openDocument, workspaceFiles } from './workspace-files.ts';

/** A script as the editor has it. */
export interface EditorScript {
  readonly loaded: LoadedEvent;
  /** Changes that are not saved, and count; absent: the file as saved. */
  readonly text?: string;
}

/** An event as rows and runs name it. */
export interface EventPlace {
  /** As `ScriptEvent.id`; absent: what the script says of itself. */
  readonly id?: string;
  readonly script: ScriptFile;
}

/** Schemes of editors that stand in panels: with the focus there, the script is in the editor beside. */
const PANEL_SCHEMES: readonly string[] = ['output', 'debug', 'comment'];

/** The document that a menu was opened on, else the one of the active editor. */
export async function findDocument(uri: Uri | undefined): Promise<TextDocument> {
  if (uri) {
    assertFile(uri);
    return await workspace.openTextDocument(uri);
  }
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  const script = editors.find((editor) => editor && !PANEL_SCHEMES.includes(editor.document.uri.scheme));
  if (script) return script.document;
  throw new CroniumError('script/none', l10n.t('Cannot run the active script: no editor with a script is open'));
}

/**
 * Reads what a script says of itself. Changes that are not saved are saved, asked for or taken as the setting says; with
 * `text`, that is the script. Throws `Stopped` when the person gives up.
 */
export async function readDocument(document: TextDocument, text?: string): Promise<EditorScript> {
  assertFile(document.uri);
  if (text === undefined) await settleChanges([document]);
  return await load(
    { script: placeOf(document.uri) },
    { text: text ?? changedText(document), languageId: document.languageId },
  );
}

/** Reads an event from the editors' texts of now, of the script and of the `cronium.yaml` that declares it. */
export async function readEvent({ id, script }: EventPlace): Promise<EditorScript> {
  const document = openDocument(uriOf(script));
  const isEntry = id !== undefined && id !== script.path;
  const declarations = isEntry ? openDocument(uriOf({ root: script.root, path: DECLARATIONS })) : undefined;
  await settleChanges([document, declarations].filter((one) => one !== undefined));
  const read = await load(
    { script, ...(id === undefined ? {} : { id }) },
    { text: document && changedText(document), languageId: document?.languageId, declarations },
  );
  const { script: found } = read.loaded.event;
  // Meanwhile the entry names another script, which may be open as well.
  return found.path === script.path ? read : await readEvent({ ...(id === undefined ? {} : { id }), script: found });
}

async function load(
  { id, script }: EventPlace,
  found: {
    readonly text: string | undefined;
    readonly languageId: string | undefined;
    readonly declarations?: TextDocument | undefined;
  },
): Promise<EditorScript> {
  const { loadEvent } = await import('../../app/events.ts');
  const { text, languageId, declarations } = found;
  const declarationText = declarations && changedText(declarations);
  const loaded = await loadEvent(script, { id, text, languageId, declarationText, files: workspaceFiles() });
  return { loaded, ...(text === undefined ? {} : { text }) };
}

/** A file as saved is the better source: it has its encoding and its byte order mark, as for the command line. */
function changedText(document: TextDocument): string | undefined {
  return document.isDirty || document.isUntitled ? document.getText() : undefined;
}

/** Old versions, logs and the like look like files and are none: what would run is not what stands in the workspace. */
function assertFile(uri: Uri): void {
  const isFile =
    uri.scheme === 'untitled' ||
    workspace.getWorkspaceFolder(uri) !== undefined ||
    workspace.fs.isWritableFileSystem(uri.scheme) === true;
  if (isFile) return;
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  throw new CroniumError(
    'script/scheme',
    l10n.t('Cannot run "{0}": it is no file, but a view of the kind "{1}"; open the script itself', name, uri.scheme),
  );
}
