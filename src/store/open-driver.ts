import { CroniumError, sentence } from '../domain/errors.ts';
import { isUnloadable, openBetterSqlite } from './better-sqlite.ts';
import type { Driver, DriverOptions } from './driver.ts';
import { openNodeSqlite } from './node-sqlite.ts';

/** The Node-API version of the native binding: below, loading it ends the process by a segmentation fault, which no `catch` sees. */
const NEEDED_NODE_API = 10;

/**
 * Opens SQLite: better-sqlite3, or Node's own module where its binding cannot be loaded (an older C library, an older Node) or
 * the environment says `CRONIUM_SQLITE=node`. Both write the same files.
 */
export function openDriver(file: string, options: DriverOptions): Driver {
  let why = `it needs Node 22.15 or later, this is ${process.versions.node}`;
  // better-sqlite3 is built without what chooses another way to the files.
  if (
    !options.hasNoLocks &&
    process.env.CRONIUM_SQLITE !== 'node' &&
    Number(process.versions.napi) >= NEEDED_NODE_API
  ) {
    try {
      return openBetterSqlite(file, options);
    } catch (error) {
      if (!isUnloadable(error)) throw error;
      why = sentence(error);
    }
  }
  const driver = openNodeSqlite(file, options);
  if (driver) return driver;
  throw new CroniumError(
    'store/runtime',
    `Cannot open the database "${file}": neither its own SQLite nor Node's can be loaded: ${why}`,
  );
}
