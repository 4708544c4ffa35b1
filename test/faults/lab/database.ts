import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A client that begins or ends holds its database for a moment. */
const PATIENCE_MS = 30_000;

/** Looks at what a client has written, while it works or afterwards. */
export function readDatabase(dataDir: string): DatabaseSync & Disposable {
  const database = new DatabaseSync(join(dataDir, 'cronium.db'), { readOnly: true, timeout: PATIENCE_MS });
  return Object.assign(database, { [Symbol.dispose]: () => database.close() });
}
