import { chmodSync, closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { aloneNotice, isForWantOfSharing, openAlone, probeSharing, type Sharing } from './alone.ts';
import { BUSY_TIMEOUT_MS, Connection, type ConnectionOptions } from './connection.ts';
import { checkWhole, isDamage, moveAside } from './damage.ts';
import { databaseProblem } from './database-problem.ts';
import { migrate } from './migrations.ts';

/** Whoever holds the database holds it for less; where it is more, it is looked whether the file system is to blame. */
const FIRST_TIMEOUT_MS = 500;

export interface OpenedDatabase {
  readonly connection: Connection;
  /** It was empty: the first start here, or what was in it is lost. */
  readonly isNew: boolean;
  /** Where the damaged one is that was here. */
  readonly aside?: string;
  /** What a person should know of the place it is in. */
  readonly notice?: string;
}

/** Opens the database and makes what is missing; one that is damaged is moved aside, kept, and a new one begun. */
export function openDatabase(file: string, options: ConnectionOptions): OpenedDatabase {
  try {
    return openWhole(file, options);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const aside = explained(file, () => moveAside(file, () => isDamaged(file, options)));
  return { ...openWhole(file, options), ...(aside === undefined ? {} : { aside }) };
}

/** What `action` throws, as a sentence about the database. */
export function explained<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw databaseProblem(file, error);
  }
}

function isDamaged(file: string, options: ConnectionOptions): boolean {
  try {
    openWhole(file, options).connection[Symbol.dispose]();
    return false;
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}

function openWhole(file: string, options: ConnectionOptions): OpenedDatabase {
  explained(file, () => makePrivate(file));
  // Beside a database that could not be shared the last time.
  const marker = `${file}.alone`;
  const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  let problem: unknown;
  if (!existsSync(marker)) {
    try {
      return brought(openShared(file, options, FIRST_TIMEOUT_MS));
    } catch (error) {
      if (!isForWantOfSharing(error)) throw error;
      problem = error;
    }
  }
  const sharing = probeSharing(dirname(file), options);
  if (sharing === 'whole') {
    rmSync(marker, { force: true });
    return brought(openShared(file, options, busyTimeoutMs));
  }
  if (problem) explained(file, () => writeFileSync(marker, '', { mode: 0o600 }));
  return alone(file, sharing, options);
}

function alone(file: string, sharing: Sharing, options: ConnectionOptions): OpenedDatabase {
  return { ...brought(openAlone(file, sharing, options)), notice: aloneNotice(file) };
}

/** Waits for others at its opening for as long as it is told, and from then on as the options say. */
function openShared(file: string, options: ConnectionOptions, firstTimeoutMs: number): Connection {
  const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const connection = new Connection(file, options);
  return closedUnless(connection, () => {
    connection.pragma(`busy_timeout = ${Math.min(busyTimeoutMs, firstTimeoutMs)}`);
    // Of what is written, `run` waits for the disk and `runLightly` does not.
    connection.pragma('journal_mode = WAL');
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return connection;
  });
}

/** The database as this program needs it. */
function brought(connection: Connection): OpenedDatabase {
  return closedUnless(connection, () => {
    connection.pragma('foreign_keys = ON');
    checkWhole(connection);
    return { connection, isNew: migrate(connection) };
  });
}

function closedUnless<T>(connection: Connection, succeeds: () => T): T {
  try {
    return succeeds();
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}

/** SQLite gives its other files the permissions of this one, so it has to be private before the first of them is made. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}
