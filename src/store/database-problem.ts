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
      `it is damaged or no database; move it away, together with "${file}-wal" and "${file}-shm" if they exist, to begin with an empty one`,
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
  if (/^SQLITE_FULL|^(ENOSPC|EDQUOT)$/.test(code))
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
