import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { mapAhead } from '../base/map-ahead.ts';
import { findNearest } from '../base/nearest.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Problem, ScriptFile } from '../domain/event.ts';
import { FileError, type Files, fullPath, readText } from '../domain/files.ts';
import { type Declaration, type Entry, entryKey, readDeclaration } from '../workspace/declaration.ts';
import { DECLARATION_FILE } from '../workspace/document.ts';
import {
  findScripts,
  type ReadEvent,
  readEntryEvent,
  readEvent,
  unreadableEntryEvent,
} from '../workspace/workspace.ts';
import { nodeFiles } from './node-files.ts';

export { neededInputs } from '../domain/substitution.ts';

/** An event as read, with what is wrong with it. One that has an error must not be run. */
export type LoadedEvent = ReadEvent;

export interface LoadOptions {
  /** Which event of the script: `cronium.yaml#key`; absent or the script's path: what the script says of itself. */
  readonly id?: string | undefined;
  /** The script's text in the open editor; absent: the file as saved. */
  readonly text?: string | undefined;
  readonly languageId?: string | undefined;
  /** The text of the folder's `cronium.yaml` in the open editor; absent: the file as saved. */
  readonly declarationText?: string | undefined;
  /** Absent: the files of this disk. */
  readonly files?: Files;
}

export interface FindOptions {
  readonly signal: AbortSignal;
  /** Absent: the files of this disk. */
  readonly files?: Files;
}

/** What is looked at of a script: more than its longest header, whatever else it is. */
const MAX_SCRIPT_BYTES = 1_048_576;

/** More than anybody writes by hand. */
const MAX_DECLARATION_BYTES = 1_048_576;

/** Keeps a disk busy and hides the way to another machine, and stays far below every limit of handles. */
const READ_AT_ONCE = 32;

/** Where a script stands: below `folder` if it is inside, else in its own folder. */
export function locateScript(file: string, folder: string): ScriptFile {
  const path = resolve(file);
  const inside = relative(folder, path);
  if (inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) {
    return { root: resolve(folder), path: inside.split(sep).join('/') };
  }
  return { root: dirname(path), path: basename(path) };
}

/**
 * Reads one event from the texts of now: what a script says of itself, or an entry of `cronium.yaml`. Throws `CroniumError`
 * `event/read` when the script cannot be read, `event/gone` when there is no such entry any more.
 */
export async function loadEvent(script: ScriptFile, options: LoadOptions = {}): Promise<LoadedEvent> {
  const { id, text, languageId, declarationText, files = nodeFiles } = options;
  if (id === undefined || entryKey(id) === undefined) {
    return readEvent({ ...script, text: text ?? (await readScript(script, files)), languageId });
  }
  const declaration = await loadDeclaration(script.root, { text: declarationText, files });
  const entry = declaration.entries.find((each) => each.id === id);
  const path = entry?.fields.script;
  if (!entry || path === undefined) throw gone(id, declaration);
  // The editor's text belongs to the script that was asked for; the entry may name another one by now.
  return await loadEntry(entry, { root: script.root, path }, path === script.path ? options : { files });
}

/** The events of a folder: scripts that have a header, then the entries of its `cronium.yaml`. */
export async function findEvents(folder: string, options: FindOptions): Promise<LoadedEvent[]> {
  return (await findAll(folder, options)).events;
}

/**
 * The event of a folder with an id (`ops/restart.sh`, `cronium.yaml#restart`), a key (`restart`) or a name. Throws
 * `CroniumError` `event/unknown` or `event/ambiguous`.
 */
export async function findEvent(folder: string, nameOrId: string, options: FindOptions): Promise<LoadedEvent> {
  const { events, declaration } = await findAll(folder, options);
  const ways: readonly ((loaded: LoadedEvent) => boolean)[] = [
    ({ event }) => event.id === nameOrId,
    ({ event }) => entryKey(event.id) === nameOrId,
    ({ event }) => event.name === nameOrId,
  ];
  for (const isMeant of ways) {
    const [found, ...others] = events.filter(isMeant);
    if (!found) continue;
    if (others.length === 0) return found;
    const ids = [found, ...others].map(({ event }) => event.id).join(', ');
    throw new CroniumError('event/ambiguous', `Cannot choose the event "${nameOrId}": it is the name of ${ids}`);
  }
  const names = events.flatMap(({ event }) => [event.name, entryKey(event.id) ?? event.id]);
  const nearest = findNearest(nameOrId, names);
  const hint = nearest === undefined ? `nothing below "${folder}" is called so` : `did you mean "${nearest}"?`;
  throw new CroniumError(
    'event/unknown',
    `Cannot find the event "${nameOrId}": ${hint}${listed(allProblems(declaration))}`,
  );
}

/** Throws `CroniumError` `event/invalid` with every error of the event, a line each. */
export function assertRunnable({ event, problems }: LoadedEvent): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const what = entryKey(event.id) === undefined ? event.script.path : event.id;
  throw new CroniumError('event/invalid', `Cannot run "${what}":${listed(errors)}`);
}

async function findAll(
  folder: string,
  { signal, files = nodeFiles }: FindOptions,
): Promise<{ readonly events: LoadedEvent[]; readonly declaration: Declaration }> {
  const { scripts } = await findScripts(folder, { files, signal });
  const declaration = await loadDeclaration(folder, { files });
  signal.throwIfAborted();
  const loads = [
    ...scripts
      .filter(({ hasHeader }) => hasHeader)
      // A script that went away in the meantime is no event any more.
      .map(
        ({ file }) =>
          () =>
            loadEvent(file, { files }).catch(asGone),
      ),
    ...declaration.entries.map((entry) => async () => {
      const path = entry.fields.script;
      return path === undefined ? undefined : await loadEntry(entry, { root: folder, path }, { files });
    }),
  ];
  const events: LoadedEvent[] = [];
  for await (const event of mapAhead(loads, (load) => load(), { ahead: READ_AT_ONCE })) {
    signal.throwIfAborted();
    if (event) events.push(event);
  }
  return { events, declaration };
}

function asGone(error: unknown): undefined {
  if (error instanceof CroniumError) return undefined;
  throw error;
}

async function loadEntry(
  entry: Entry,
  script: ScriptFile,
  { text, languageId, files = nodeFiles }: LoadOptions,
): Promise<LoadedEvent> {
  try {
    return readEntryEvent(entry, { ...script, text: text ?? (await readStart(script, files)), languageId });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return unreadableEntryEvent(entry, script, { found: error.found, isMissing: error.problem === 'missing' });
  }
}

async function loadDeclaration(
  root: string,
  { text, files }: { readonly text?: string | undefined; readonly files: Files },
): Promise<Declaration> {
  const file = { root, path: DECLARATION_FILE };
  try {
    const content = text ?? (await readText(files, file, { maxBytes: MAX_DECLARATION_BYTES }));
    return readDeclaration(fullPath(file), content);
  } catch (cause) {
    if (!(cause instanceof FileError)) throw cause;
    if (cause.problem === 'missing') return { entries: [], problems: [] };
    throw new CroniumError('event/read', `Cannot read "${fullPath(file)}": ${cause.found}`, { cause });
  }
}

async function readScript(script: ScriptFile, files: Files): Promise<string> {
  try {
    return await readStart(script, files);
  } catch (cause) {
    if (!(cause instanceof FileError)) throw cause;
    throw new CroniumError('event/read', `Cannot run "${fullPath(script)}": ${cause.found}`, { cause });
  }
}

async function readStart(script: ScriptFile, files: Files): Promise<string> {
  return new TextDecoder().decode(await files.readStart(script, { maxBytes: MAX_SCRIPT_BYTES }));
}

function gone(id: string, declaration: Declaration): CroniumError {
  const problems = listed(allProblems(declaration));
  return new CroniumError(
    'event/gone',
    `Cannot run "${id}": ${DECLARATION_FILE} has no such event any more${problems}`,
  );
}

function allProblems({ entries, problems }: Declaration): Problem[] {
  return [...problems, ...entries.flatMap((entry) => entry.problems)];
}

function listed(problems: readonly Problem[]): string {
  return problems.map(({ file, line, column, message }) => `\n  ${file}:${line}:${column}  ${message}`).join('');
}
