import ignore from 'ignore';
import { CroniumError } from '../domain/errors.ts';
import { FileError, type Files, readText } from '../domain/files.ts';

/** The file at a folder's root that says, as `.gitignore` does, what patterns and whole folders do not take along. */
const IGNORE_FILE = '.croniumignore';

/** Thousands of lines; a person writes some. */
const MAX_BYTES = 262_144;

/**
 * Reads what a folder leaves out; undefined when it does not say. The answer takes a path below the root, of a folder with a
 * slash at the end.
 */
export async function readIgnored(root: string, files: Files): Promise<((path: string) => boolean) | undefined> {
  const text = await readText(files, { root, path: IGNORE_FILE }, { maxBytes: MAX_BYTES }).catch((cause: unknown) => {
    if (!(cause instanceof FileError)) throw cause;
    if (cause.problem === 'missing') return undefined;
    const message = `Cannot pack files of "${root}": its ${IGNORE_FILE} cannot be used: ${cause.found}`;
    throw new CroniumError('event/files', message, { cause });
  });
  if (text === undefined) return undefined;
  // As on the Linux servers that the files go to.
  const rules = ignore({ ignorecase: false }).add(text);
  return (path) => rules.ignores(path);
}
