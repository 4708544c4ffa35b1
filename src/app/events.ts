import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CroniumError } from '../domain/errors.ts';
import type { Problem, ScriptEvent, ScriptFile } from '../domain/event.ts';
import { findScripts, readEvent } from '../workspace/workspace.ts';

/** An event as read, with what is wrong with it. One that has an error must not be run. */
export interface LoadedEvent {
  readonly event: ScriptEvent;
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** The text of the open editor; absent: the file as saved. */
  readonly text?: string | undefined;
  readonly languageId?: string | undefined;
}

/** Where a script stands: below `folder` if it is inside, else in its own folder. */
export function locateScript(file: string, folder: string): ScriptFile {
  const path = resolve(file);
  const inside = relative(folder, path);
  if (inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) {
    return { root: resolve(folder), path: inside.split(sep).join('/') };
  }
  return { root: dirname(path), path: basename(path) };
}

/** Reads a script as an event. Throws `CroniumError` `event/read` when there is no such file. */
export async function loadEvent(script: ScriptFile, options: LoadOptions = {}): Promise<LoadedEvent> {
  const text = options.text ?? (await readScript(join(script.root, script.path)));
  return readEvent({ ...script, text, languageId: options.languageId });
}

/** The scripts below a folder that say in a header that they are events, read. */
export async function findEvents(folder: string, { signal }: { readonly signal: AbortSignal }): Promise<LoadedEvent[]> {
  const { scripts } = await findScripts(folder, { signal });
  const found = await Promise.all(
    scripts
      .filter(({ hasHeader }) => hasHeader)
      // A script that went away in the meantime is no event any more.
      .map(({ file }) => loadEvent(file).catch(() => undefined)),
  );
  return found.filter((event) => event !== undefined);
}

/** Throws `CroniumError` `event/invalid` with every error of the event, a line each. */
export function assertRunnable({ event, problems }: LoadedEvent): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(({ file, line, column, message }) => `  ${file}:${line}:${column}  ${message}`);
  throw new CroniumError('event/invalid', `Cannot run "${event.script.path}":\n${lines.join('\n')}`);
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const found =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`;
    throw new CroniumError('event/read', `Cannot run "${file}": ${found}`, { cause });
  }
}
