import { join } from 'node:path';
import { CroniumError } from '../domain/errors.ts';
import {
  DEFAULT_RETRIES,
  DEFAULT_TIMEOUT_MS,
  type Interpreter,
  type Problem,
  type ScriptEvent,
  type ScriptFile,
} from '../domain/event.ts';
import { interpreterFor } from '../domain/interpreter.ts';
import { decodeFields } from './decode.ts';
import { readHeader } from './header.ts';
import { EVENT_FIELDS, EVENT_SYNONYMS, type EventFields } from './schema.ts';
import { listScripts } from './scripts.ts';
import { collectProblems, type Report } from './source.ts';

/** A script to read as an event. */
export interface ScriptInput {
  /** The absolute path of the workspace folder, or of the script's own folder when it is in no workspace. */
  readonly root: string;
  /** The path below `root`, with forward slashes. */
  readonly path: string;
  /** The script's text, of the open editor or of the file. */
  readonly text: string;
  /** The editor's name for its language. */
  readonly languageId?: string | undefined;
}

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

/**
 * Reads a script as an event: any script is one, and its `cronium:` header adds to it. A field with a problem has its default;
 * an event with an error must not be run, because it would not do what its author wrote.
 */
export function readEvent(input: ScriptInput): { readonly event: ScriptEvent; readonly problems: readonly Problem[] } {
  const { problems, report } = collectProblems(join(input.root, input.path));
  const header = readHeader(input.text, report);
  const fields = header ? decodeFields(header, EVENT_FIELDS, { report, synonyms: EVENT_SYNONYMS }) : {};
  const interpreter = findInterpreter(input, fields.interpreter, report);
  return { event: buildEvent(input, fields, interpreter), problems };
}

/** Finds the scripts of a folder: files with an extension that we know or a shebang, and whether they have a header. */
export function findScripts(root: string, { signal }: { readonly signal: AbortSignal }): Promise<ScriptListing> {
  return listScripts(root, { signal });
}

function buildEvent(input: ScriptInput, fields: Partial<EventFields>, interpreter?: Interpreter): ScriptEvent {
  const { root, path } = input;
  const { description, cwd, input: value, parallel } = fields;
  return {
    id: path,
    name: fields.name ?? path.slice(path.lastIndexOf('/') + 1),
    ...(description === undefined ? {} : { description }),
    script: { root, path },
    servers: fields.servers ?? [],
    tags: fields.tags ?? [],
    ...(interpreter === undefined ? {} : { interpreter }),
    args: fields.args ?? [],
    env: fields.env ?? {},
    ...(cwd === undefined ? {} : { cwd }),
    files: fields.files ?? [],
    ...(value === undefined ? {} : { input: value }),
    timeoutMs: fields.timeout ?? DEFAULT_TIMEOUT_MS,
    ...(parallel === undefined ? {} : { parallel }),
    retries: fields.retries ?? DEFAULT_RETRIES,
    onSave: fields.onSave ?? false,
    onDisconnect: fields.onDisconnect ?? { kind: 'continue' },
    secrets: fields.secrets ?? [],
  };
}

function findInterpreter(
  script: ScriptInput,
  explicit: Interpreter | undefined,
  report: Report,
): Interpreter | undefined {
  try {
    return interpreterFor({ ...script, explicit });
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    report({ line: 1, column: 1, endColumn: 1 }, error.message);
    return undefined;
  }
}
