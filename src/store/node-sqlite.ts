import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Driver, DriverOptions } from './driver.ts';
import type { Row } from './row.ts';

/** https://sqlite.org/rescode.html: the primary codes that the store tells apart, in the words of better-sqlite3. */
const CODES: ReadonlyMap<number, string> = new Map([
  [3, 'SQLITE_PERM'],
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [15, 'SQLITE_PROTOCOL'],
  [19, 'SQLITE_CONSTRAINT'],
  [23, 'SQLITE_AUTH'],
  [26, 'SQLITE_NOTADB'],
]);

/** SQLite by Node's own module; undefined where this Node has none that suffices. */
export function openNodeSqlite(file: string, { busyTimeoutMs, hasNoLocks }: DriverOptions): Driver | undefined {
  // Not an import: a Node without the module would not load the whole bundle.
  const sqlite = process.getBuiltinModule('node:sqlite');
  // Its first versions, behind a flag, know too little.
  if (sqlite === undefined || !('setAllowUnknownNamedParameters' in sqlite.StatementSync.prototype)) return undefined;
  const database: DatabaseSync = named(() => new sqlite.DatabaseSync(hasNoLocks ? lockless(file) : file));
  let isOpen = true;
  named(() => database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`));
  return {
    prepare: (sql) => {
      const statement = named(() => database.prepare(sql));
      // Some statements use a part of what they are given.
      statement.setAllowUnknownNamedParameters(true);
      return {
        run: (parameters) => named(() => Number(statement.run(parameters).changes)),
        get: (parameters) => named(() => statement.get(parameters) as Row | undefined),
        all: (parameters) => named(() => statement.all(parameters) as Row[]),
      };
    },
    execute: (sql) => named(() => database.exec(sql)),
    close: () => {
      if (isOpen) database.close();
      isOpen = false;
    },
  };
}

/** The file by a way that asks for no locks: https://sqlite.org/vfs.html. */
function lockless(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('vfs', process.platform === 'win32' ? 'win32-none' : 'unix-none');
  return url;
}

/** Gives an error of SQLite the code by which the store knows it; Node has only the number. */
function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') throw error;
    const code = CODES.get(error.errcode & 0xff);
    throw code === undefined ? error : Object.assign(error, { code });
  }
}
