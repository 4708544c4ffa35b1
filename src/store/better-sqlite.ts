import Database from 'better-sqlite3';
import type { Driver, DriverOptions } from './driver.ts';
import type { Row } from './row.ts';

/** SQLite by better-sqlite3. Throws what `isUnloadable` knows when its native binding does not fit this system. */
export function openBetterSqlite(file: string, { nativeBinding, busyTimeoutMs }: DriverOptions): Driver {
  const database = new Database(file, {
    timeout: busyTimeoutMs,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
  return {
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (parameters) => statement.run(parameters).changes,
        get: (parameters) => {
          if (statement.reader) return statement.get(parameters) as Row | undefined;
          statement.run(parameters);
          return undefined;
        },
        all: (parameters) => statement.all(parameters) as Row[],
      };
    },
    execute: (sql) => void database.exec(sql),
    close: () => void database.close(),
  };
}

/** Says whether the binding cannot be loaded here: no build for this system, or one for a newer C library. */
export function isUnloadable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND';
}
