import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CroniumError } from '../domain/errors.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { errorCode } from './error-code.ts';
import { isKnownDead, newOwner, type Owner } from './owner.ts';

/** What a folder's file system can do for a database: all; no shared memory, which write-ahead logs need; no locks either. */
export type Sharing = 'whole' | 'noMemory' | 'noLocks';

/** Looks by a small database of its own, of which nobody else knows. */
export function probeSharing(dir: string, options: ConnectionOptions): Sharing {
  const file = join(dir, `.${randomBytes(8).toString('hex')}.probe`);
  const works = (...pragmas: string[]): boolean => {
    try {
      using connection = new Connection(file, { ...options, busyTimeoutMs: 0 });
      for (const pragma of pragmas) connection.pragma(pragma);
      connection.execute('CREATE TABLE IF NOT EXISTS probe (x)');
      return true;
    } catch (error) {
      if (isForWantOfSharing(error)) return false;
      throw error;
    }
  };
  try {
    if (works('journal_mode = WAL', 'synchronous = OFF')) return 'whole';
    return works('locking_mode = EXCLUSIVE', 'journal_mode = DELETE', 'synchronous = OFF') ? 'noMemory' : 'noLocks';
  } finally {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${ending}`, { force: true });
  }
}

/** Says whether an error may mean that the file system lacks locks or shared memory; SQLite calls some of that a lock of others. */
export function isForWantOfSharing(error: unknown): boolean {
  return error instanceof CroniumError && (error.code === 'store/locked' || error.code === 'store/unreadable');
}

/** Opens a database that cannot be shared, for this process alone: with a lock of our own, and a journal that is rolled back. */
export function openAlone(file: string, sharing: Sharing, options: ConnectionOptions): Connection {
  const release = takeLock(file);
  try {
    const connection = new Connection(file, {
      ...options,
      ...(sharing === 'noLocks' ? { hasNoLocks: true } : {}),
      onClose: release,
    });
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.pragma('journal_mode = DELETE');
    return connection;
  } catch (error) {
    release();
    throw error;
  }
}

/** What a person should know of it. */
export function aloneNotice(file: string): string {
  return `The file system of "${dirname(file)}" has no locks for databases (a network or synchronised folder?): one window or command at a time can use it; choose another data folder to lift that`;
}

/** Throws `store/locked` when another process has it. Linked, not created: nobody reads it half written. */
function takeLock(file: string): () => void {
  const lock = `${file}.lock`;
  const owner = newOwner();
  const own = `${lock}.${owner.id}`;
  writeFileSync(own, JSON.stringify(owner), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(own, lock);
        return () => {
          if (holderOf(lock)?.id === owner.id) rmSync(lock, { force: true });
        };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const holder = holderOf(lock);
      if (holder && !isKnownDead(holder)) {
        throw new CroniumError(
          'store/locked',
          `Cannot use the database "${file}": process ${holder.pid} has it, and its file system lets only one at a time; close that window or command, or choose another data folder`,
        );
      }
      removeStale(lock, own);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Renamed before it is looked at: of several who find a dead one's lock, none may remove the new one of another. */
function removeStale(lock: string, own: string): void {
  const stale = `${own}.stale`;
  try {
    renameSync(lock, stale);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const holder = holderOf(stale);
  if (holder && !isKnownDead(holder)) linkSync(stale, lock);
  rmSync(stale, { force: true });
}

function holderOf(lock: string): Owner | undefined {
  try {
    return existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')) as Owner) : undefined;
  } catch {
    return undefined;
  }
}
