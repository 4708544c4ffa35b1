import { FileError, type Files } from '../domain/files.ts';
import { readDeclaration } from '../workspace/declaration.ts';
import {
  DECLARATION_FILE,
  type EventDocument,
  type Hover,
  type Position,
  type Suggestion,
} from '../workspace/document.ts';
import { hasHeader } from '../workspace/header.ts';
import { type HelperNames, hoverHelper, isCall, needsVariables, suggestHelpers } from '../workspace/suggest-helpers.ts';
import { readEntryEvent, readEvent } from '../workspace/workspace.ts';
import { nodeFiles } from './node-files.ts';

/** More than anybody writes by hand. */
const MAX_DECLARATION_BYTES = 1_048_576;

/** What the calls of a script can name beside what its events say. */
export type NamedVariables = HelperNames['variables'];

export interface ScriptOptions {
  /** Asked only where the name of a variable is being written. */
  variables(): Promise<NamedVariables>;
  /** Absent: the files of this disk. */
  readonly files?: Files;
}

/** What can be written of a call of `cronium.*` at the cursor; the text may be half typed. */
export async function completeCallAt(
  document: EventDocument,
  position: Position,
  { variables, files = nodeFiles }: ScriptOptions,
): Promise<readonly Suggestion[]> {
  // Most words of a script are no calls: nothing is read for them.
  if (!isCall(document, position)) return [];
  const [known, events] = await Promise.all([
    needsVariables(document, position) ? variables() : [],
    eventsOf(document, files),
  ]);
  return suggestHelpers(document, position, { variables: known, events });
}

/** What the call of `cronium.*` at a position does. */
export function hoverCallAt(document: EventDocument, position: Position): Hover | undefined {
  return hoverHelper(document, position);
}

/** The events of a script: its header's, and those of the entries that name it. */
async function eventsOf(document: EventDocument, files: Files): Promise<HelperNames['events']> {
  const own = hasHeader(document.text) ? [readEvent(document).event] : [];
  const { entries } = readDeclaration(DECLARATION_FILE, await declarationText(document, files));
  const named = entries.filter(({ fields }) => fields.script === document.path);
  return [...own, ...named.map((entry) => readEntryEvent(entry, document).event)];
}

async function declarationText({ root }: EventDocument, files: Files): Promise<string> {
  try {
    const bytes = await files.read({ root, path: DECLARATION_FILE }, { maxBytes: MAX_DECLARATION_BYTES });
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // No such file, or none that can be read: it declares nothing.
    return '';
  }
}
