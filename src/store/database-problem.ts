import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CroniumError } from '../domain/errors.ts';
import { errorCode } from './error-code.ts';

/** The sentence and the way out for what SQLite or the file system said about the database; anything else comes back as it was. */
export function databaseProblem(file: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof CroniumError || code === undefined) return error;
  const problem = (name: string, found: string) =>
    new CroniumError(`store/${name}`, `Cannot use the database "${file}": ${found}`, { cause: error });

  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return problem(
      'corrupt',
      'it is damaged; start Cronium anew (in the editor: reload the window): the damaged one is moved aside, and what is whole is rebuilt',
    );
  }
  if (/^SQLITE_(READONLY|PERM|AUTH)|^(EACCES|EPERM|EROFS)$/.test(code)) {
    return problem(
      'readonly',
      'it cannot be written; make it and its folder yours and writable, or choose another data folder',
    );
  }
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) {
    return problem('locked', 'another program has held it for too long; close that program or try again');
  }
  if (/^SQLITE_FULL|^(ENOSPC|EDQUOT)$/.test(code) || (code.startsWith('SQLITE_IOERR') && isFull(file)))
    return problem('full', 'the disk is full; free some space and try again');
  if (/^(ENOTDIR|EEXIST)$/.test(code)) {
    return problem(
      'not-a-directory',
      'a part of its path is not a folder; remove that file or choose another data folder',
    );
  }
  if (/^SQLITE_(CANTOPEN|IOERR)|^(EISDIR|EIO|ENOENT|ELOOP|ENAMETOOLONG)$/.test(code)) {
    return problem(
      'unreadable',
      `it cannot be opened or read (${code}); look at its folder and the disk, or choose another data folder`,
    );
  }
  return error;
}

/** SQLite says of some writes for which there was no room only that they went wrong. */
function isFull(file: string): boolean {
  try {
    return statfsSync(dirname(file)).bavail === 0;
  } catch {
    return false;
  }
}
