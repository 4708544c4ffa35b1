import { type DocumentSelector, type TextDocument, Uri, type WorkspaceFolder, workspace } from 'vscode';
import type { EventDocument } from '../../app/language.ts';
import { SCRIPT_LANGUAGES } from '../contributions.ts';
import { placeOf } from '../host/place.ts';

/** The file at a folder's root that declares events. */
export const DECLARATIONS = 'cronium.yaml';

/** What may declare events: scripts, and files that are called `cronium.yaml`. */
export const EVENT_DOCUMENTS: DocumentSelector = [
  ...SCRIPT_LANGUAGES.map((language) => ({ language })),
  { pattern: `**/${DECLARATIONS}` },
];

/** A document as the language functions take it; undefined for one that nobody writes, such as an old version in a diff. */
export function eventDocument(document: TextDocument): EventDocument | undefined {
  const { uri, languageId } = document;
  const isWritable = document.isUntitled || workspace.fs.isWritableFileSystem(uri.scheme) === true;
  return isWritable ? { ...placeOf(uri), text: document.getText(), languageId } : undefined;
}

/** Where the events of a folder are declared. */
export function declarationsOf({ uri }: Pick<WorkspaceFolder, 'uri'>): Uri {
  return Uri.joinPath(uri, DECLARATIONS);
}

/** Says whether a file is the `cronium.yaml` of its folder; one that stands deeper declares nothing. */
export function isDeclarations(uri: Uri): boolean {
  return uri.path.endsWith(DECLARATIONS) && placeOf(uri).path === DECLARATIONS;
}

/** Says whether a document may declare events: what the selector says, for those who hear of every document. */
export function mayDeclare({ uri, languageId }: TextDocument): boolean {
  return SCRIPT_LANGUAGES.some((language) => language === languageId) || isDeclarations(uri);
}
