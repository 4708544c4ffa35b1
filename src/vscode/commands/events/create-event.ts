import {
  l10n,
  type QuickPickItem,
  Range,
  SnippetString,
  type TextDocument,
  type TextEditor,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { EventDocument, NewEvent, TextEdit } from '../../../app/language.ts';
import { CroniumError } from '../../../domain/errors.ts';
import type { LazyEngine } from '../../engine.ts';
import { findDocument } from '../../host/documents.ts';
import { placeOf, uriOf } from '../../host/place.ts';
import { pickOne } from '../../host/steps.ts';
import { DECLARATIONS } from '../../language/event-document.ts';
import { lineText } from '../../plain-text.ts';
import { nameFor } from '../../script-templates.ts';
import { eventSnippet } from './event-snippet.ts';
import { exists } from './exists.ts';
import { pickSelectors } from './pick-selectors.ts';
import { showAt } from './show-at.ts';

type Where = 'header' | 'declarations' | 'existing';

/** "Create Event from Script": a header in the script, or an entry in `cronium.yaml`; its values are tab stops. */
export async function createEvent(uri: Uri | undefined, { engine }: { readonly engine: LazyEngine }): Promise<void> {
  const document = await findScript(uri);
  const script: EventDocument = { ...placeOf(document.uri), text: document.getText(), languageId: document.languageId };
  if (script.path === DECLARATIONS) {
    throw new CroniumError(
      'event/script',
      l10n.t('Cannot create an event from "{0}": open the script that it is to run', DECLARATIONS),
    );
  }
  const { eventsIn, entryFor, headerFor } = await import('../../../app/language.ts');
  const [declared] = eventsIn(script);
  const where = await pickWhere(document, declared ? 'existing' : 'header');
  if (where === 'existing') return await showAt(document.uri, declared?.line ?? 1);
  const title = l10n.t('Create Event from “{0}”', lineText(script.path));
  const event: NewEvent = {
    name: nameFor(script.path),
    servers: await pickSelectors(engine, { title, step: 2, of: 2 }),
  };
  if (where === 'header') {
    const editor = await window.showTextDocument(document);
    return await insert(editor, headerFor({ ...script, text: document.getText() }, event));
  }
  const declarations = await openDeclarations(uriOf({ root: script.root, path: DECLARATIONS }));
  await insert(await window.showTextDocument(declarations), entryFor(declarations.getText(), script.path, event).edit);
}

async function findScript(uri: Uri | undefined): Promise<TextDocument> {
  try {
    return await findDocument(uri);
  } catch (cause) {
    if (!(cause instanceof CroniumError) || cause.code !== 'script/none') throw cause;
    throw new CroniumError(cause.code, l10n.t('Cannot create an event: no editor with a script is open'), { cause });
  }
}

async function pickWhere(document: TextDocument, own: 'header' | 'existing'): Promise<Where> {
  // A text without a file has nothing that an entry could name.
  if (document.isUntitled) return own;
  const title = l10n.t('Create Event from “{0}”', lineText(placeOf(document.uri).path));
  const placeholder = l10n.t('Choose where the event is written');
  return (await pickOne([own, 'declarations' as const].map(whereItem), { title, placeholder, step: 1, of: 2 })).where;
}

function whereItem(where: Where): QuickPickItem & { readonly where: Where } {
  switch (where) {
    case 'header':
      return {
        where,
        label: l10n.t('In the Script'),
        detail: l10n.t('A header in its first comment: the script carries what it needs to run'),
      };
    case 'existing':
      return { where, label: l10n.t('Go to Its Header'), detail: l10n.t('The script is an event already') };
    case 'declarations':
      return {
        where,
        label: l10n.t('In {0}', DECLARATIONS),
        detail: l10n.t('An entry at the root of the folder: the script stays as it is, and can have several'),
      };
  }
  return where satisfies never;
}

/** The folder's `cronium.yaml`; an empty one is made when there is none. */
async function openDeclarations(uri: Uri): Promise<TextDocument> {
  if (!(await exists(uri))) await workspace.fs.writeFile(uri, new Uint8Array());
  return await workspace.openTextDocument(uri);
}

async function insert(editor: TextEditor, { line, column, endLine, endColumn, text }: TextEdit): Promise<void> {
  const range = new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  await editor.insertSnippet(new SnippetString(eventSnippet(text)), range, {
    keepWhitespace: true,
    undoStopBefore: true,
    undoStopAfter: true,
  });
  editor.revealRange(new Range(range.start, range.start));
}
