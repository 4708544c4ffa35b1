import { CroniumError } from '../domain/errors.ts';
import { DEFAULT_RETRIES, type Interpreter, type Problem, type ScriptEvent, type ScriptFile } from '../domain/event.ts';
import { type Files, fullPath } from '../domain/files.ts';
import { interpreterFor } from '../domain/interpreter.ts';
import type { Entry } from './declaration.ts';
import { decodeFields } from './decode.ts';
import { DECLARATION_FILE, type EventDocument } from './document.ts';
import { findHeader, readHeader } from './header.ts';
import { EVENT_FIELDS, EVENT_SYNONYMS, type EventFields } from './schema.ts';
import { listScripts } from './scripts.ts';
import { collectProblems, type Report } from './source.ts';

/** A script of a folder, as it is listed. */
export interface FoundScript {
  readonly file: ScriptFile;
  readonly hasHeader: boolean;
}

/** The scripts of a folder, by path. */
export interface ScriptListing {
  readonly scripts: readonly FoundScript[];
  /** False when a limit ended the search: there may be more. */
  readonly isComplete: boolean;
}

/** An event as read, with what is wrong with it. One that has an error must not be run. */
export interface ReadEvent {
  readonly event: ScriptEvent;
  readonly problems: readonly Problem[];
}

/**
 * Reads a script as an event: any script is one, and its `cronium:` header adds to it. A field with a problem has its default;
 * an event with an error must not be run, because it would not do what its author wrote.
 */
export function readEvent(script: EventDocument): ReadEvent {
  const { problems, report } = collectProblems(fullPath(script));
  const { fields, line } = headerFields(script, report);
  const event = buildEvent(script, fields, {
    id: script.path,
    name: script.path.slice(script.path.lastIndexOf('/') + 1),
    ...(line === undefined ? {} : { declaredAt: { path: script.path, line } }),
    interpreter: findInterpreter(script, fields.interpreter, problems),
  });
  return { event, problems };
}

/**
 * Reads the event of an entry of `cronium.yaml`. What the header of its script says stands where the entry says nothing, but
 * for the name and for what makes it run by itself: those are the entry's own.
 */
export function readEntryEvent(entry: Entry, script: EventDocument): ReadEvent {
  const { problems, report } = collectProblems(fullPath(script));
  const { name: _name, onSave: _onSave, ...inherited } = headerFields(script, report).fields;
  const fields = { ...inherited, ...entry.fields };
  const event = buildEvent(script, fields, {
    id: entry.id,
    name: entry.key,
    declaredAt: { path: DECLARATION_FILE, line: entry.range.line },
    interpreter: findInterpreter(script, fields.interpreter, problems),
  });
  return { event, problems: [...entry.problems, ...problems] };
}

/** Finds the scripts of a folder: files with an extension that we know or a shebang, and whether they have a header. */
export function findScripts(
  root: string,
  options: { readonly files: Files; readonly signal: AbortSignal },
): Promise<ScriptListing> {
  return listScripts(root, options);
}

/** The event of an entry whose script cannot be read; `found` ends a sentence: `there is no such file`. */
export function unreadableEntryEvent(
  entry: Entry,
  script: ScriptFile,
  { found, isMissing }: { readonly found: string; readonly isMissing: boolean },
): ReadEvent {
  const event = buildEvent(script, entry.fields, {
    id: entry.id,
    name: entry.key,
    declaredAt: { path: DECLARATION_FILE, line: entry.range.line },
    interpreter: entry.fields.interpreter,
  });
  return { event, problems: [...entry.problems, scriptProblem(entry, script, { found, isMissing })] };
}

/** Says at the entry's place that its script cannot be used. */
export function scriptProblem(
  { scriptRange }: Entry,
  { root, path }: ScriptFile,
  { found, isMissing }: { readonly found: string; readonly isMissing: boolean },
): Problem {
  return {
    severity: 'error',
    file: fullPath({ root, path: DECLARATION_FILE }),
    ...scriptRange,
    message: `Cannot use the script "${path}": ${found}`,
    ...(isMissing ? { missing: { kind: 'script', name: path } } : {}),
  };
}

function headerFields(
  { text }: EventDocument,
  report: Report,
): { readonly fields: Partial<EventFields>; readonly line?: number } {
  const header = findHeader(text);
  const line = header?.lines[0]?.number;
  if (!header || line === undefined) return { fields: {} };
  const map = readHeader(header, report);
  return { fields: map ? decodeFields(map, EVENT_FIELDS, { report, synonyms: EVENT_SYNONYMS }) : {}, line };
}

/** What an event has however little is said of it. */
interface Given extends Pick<ScriptEvent, 'id' | 'name' | 'declaredAt'> {
  readonly interpreter: Interpreter | undefined;
}

function buildEvent(
  { root, path }: ScriptFile,
  fields: Partial<EventFields>,
  { id, name, declaredAt, interpreter }: Given,
): ScriptEvent {
  const { description, cwd, input, timeout, parallel, maxFailures, onSave } = fields;
  return {
    id,
    name: fields.name ?? name,
    ...(description === undefined ? {} : { description }),
    script: { root, path },
    ...(declaredAt === undefined ? {} : { declaredAt }),
    servers: fields.servers ?? [],
    tags: fields.tags ?? [],
    ...(interpreter === undefined ? {} : { interpreter }),
    args: fields.args ?? [],
    env: fields.env ?? {},
    ...(cwd === undefined ? {} : { cwd }),
    files: fields.files ?? [],
    ...(input === undefined ? {} : { input }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
    retries: fields.retries ?? DEFAULT_RETRIES,
    ...(onSave === undefined ? {} : { onSave }),
    overlap: fields.overlap ?? 'queue',
    inputs: fields.inputs ?? [],
    onDisconnect: fields.onDisconnect ?? { kind: 'continue' },
    secrets: fields.secrets ?? [],
    ...(fields.secretsAs === 'environment' ? { secretsAs: 'environment' } : {}),
    ...(fields.api ? { api: true } : {}),
  };
}

function findInterpreter(
  script: EventDocument,
  explicit: Interpreter | undefined,
  problems: Problem[],
): Interpreter | undefined {
  try {
    return interpreterFor({ ...script, explicit });
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    const place = { file: fullPath(script), line: 1, column: 1, endColumn: 1 };
    const missing = { kind: 'interpreter' as const, name: script.path };
    problems.push({ severity: 'error', ...place, message: error.message, missing });
    return undefined;
  }
}
