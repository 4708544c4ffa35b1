import { mapAhead } from '../base/map-ahead.ts';
import type { Problem } from '../domain/event.ts';
import { FileError, type Files } from '../domain/files.ts';
import { checkDocument, type Look, namedFiles } from '../workspace/check-document.ts';
import type {
  DeclaredEvent,
  EventDocument,
  Fix,
  Hover,
  KnownNames,
  NewEvent,
  Position,
  Suggestion,
  TextEdit,
} from '../workspace/document.ts';
import { fixProblem } from '../workspace/fix.ts';
import { hasHeader } from '../workspace/header.ts';
import { hoverOf } from '../workspace/hover.ts';
import { declaredEvents, isDeclaration } from '../workspace/sheet.ts';
import { folderAt, type ListedFile, suggestAt } from '../workspace/suggest.ts';
import { writeEntry, writeHeader } from '../workspace/write-event.ts';
import { nodeFiles } from './node-files.ts';

export type {
  DeclaredEvent,
  EventDocument,
  Fix,
  Hover,
  KnownNames,
  NewEvent,
  Position,
  Suggestion,
  TextEdit,
} from '../workspace/document.ts';

/** Enough for the header of a script. */
const MAX_SCRIPT_BYTES = 65_536;

/** What a person scrolls through; more is found by typing. */
const MAX_LISTED_FILES = 500;

/** Keeps a disk busy, and stays far below every limit of handles. */
const LOOKED_AT_ONCE = 32;

export interface LanguageOptions {
  /** Absent: the files of this disk. */
  readonly files?: Files;
}

/** Whether the language functions have something to say of a document: `cronium.yaml`, or a script with a header. */
export function speaksOfEvents(document: EventDocument): boolean {
  return isDeclaration(document) || hasHeader(document.text);
}

/** What is wrong with a document; with `known`, also names of servers that lead nowhere; with either option, names of files. */
export async function diagnose(
  document: EventDocument,
  known?: KnownNames,
  options: LanguageOptions = {},
): Promise<readonly Problem[]> {
  const isLooking = known !== undefined || options.files !== undefined;
  const looks = isLooking ? await lookAtFiles(document, options.files ?? nodeFiles) : new Map();
  return checkDocument(document, { known, looks });
}

/** The ways to repair a problem that `diagnose` found in this very text. */
export function fixesFor(document: EventDocument, problem: Problem): readonly Fix[] {
  return fixProblem(document, problem);
}

/** What can be written at the cursor; the text may be half typed. */
export async function completeAt(
  document: EventDocument,
  position: Position,
  known: KnownNames,
  { files = nodeFiles }: LanguageOptions = {},
): Promise<readonly Suggestion[]> {
  const folder = folderAt(document, position);
  const listed = folder === undefined ? [] : await listFolder({ root: document.root, path: folder }, files);
  return suggestAt(document, position, { known, listed });
}

/** What the field or the variable at a position means. */
export function hoverAt(document: EventDocument, position: Position): Hover | undefined {
  return hoverOf(document, position);
}

/** The events that a document declares, for what is shown above their lines; also when the text has errors. */
export function eventsIn(document: EventDocument): readonly DeclaredEvent[] {
  return declaredEvents(document);
}

/** The edit that gives a script a header. Throws `CroniumError` `event/header` when it has one, or when it is no script. */
export function headerFor(document: EventDocument, event: NewEvent): TextEdit {
  return writeHeader(document, event);
}

/**
 * The edit that declares an event for `script` (a path below the root) in the text of `cronium.yaml` (empty: a new file), and
 * the id that it will have. Throws `CroniumError` `event/entry` when the text has no place for it.
 */
export function entryFor(
  text: string,
  script: string,
  event: NewEvent,
): { readonly edit: TextEdit; readonly id: string } {
  return writeEntry(text, script, event);
}

async function lookAtFiles(document: EventDocument, files: Files): Promise<ReadonlyMap<string, Look>> {
  const { root } = document;
  const { scripts, others } = namedFiles(document);
  const readScript = async (path: string): Promise<string> =>
    new TextDecoder().decode(await files.readStart({ root, path }, { maxBytes: MAX_SCRIPT_BYTES }));
  const findOther = async (path: string): Promise<string> => {
    await files.stat({ root, path });
    return '';
  };
  const isScript = new Set(scripts);
  const lookAt = (path: string) => look(path, isScript.has(path) ? readScript : findOther);
  const looks = new Map<string, Look>();
  const paths = new Set([...scripts, ...others]);
  for await (const [path, found] of mapAhead(paths, lookAt, { ahead: LOOKED_AT_ONCE })) looks.set(path, found);
  return looks;
}

async function look(path: string, read: (path: string) => Promise<string>): Promise<[path: string, look: Look]> {
  try {
    return [path, { kind: 'found', text: await read(path) }];
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return [path, { kind: 'unreadable', found: error.found, isMissing: error.problem === 'missing' }];
  }
}

/** What stands in a folder, folders first, without hidden files; nothing when it cannot be read. */
async function listFolder(
  folder: { readonly root: string; readonly path: string },
  files: Files,
): Promise<ListedFile[]> {
  try {
    const entries = (await files.list(folder)).filter(({ name, kind }) => !name.startsWith('.') && kind !== 'other');
    return entries
      .map(({ name, kind }) => ({ name, isFolder: kind === 'folder' }))
      .sort((one, other) => Number(other.isFolder) - Number(one.isFolder) || one.name.localeCompare(other.name))
      .slice(0, MAX_LISTED_FILES);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // The folder is not there (yet): there is nothing to propose.
    return [];
  }
}
