import { existsSync, mkdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import { CroniumError } from '../domain/errors.ts';
import type { Connection } from './connection.ts';
import { errorCode } from './error-code.ts';

/** Who repairs takes a second; one that died meanwhile is waited for no longer. */
const REPAIR_LIMIT_MS = 30_000;

const LOOK_EVERY_MS = 50;

/** Throws `store/corrupt` when the database is damaged, wherever in it: what is never read rots in silence, and is copied. */
export function checkWhole(connection: Connection): void {
  const found = connection.pragma('quick_check(1)');
  if (found === 'ok') return;
  throw new CroniumError('store/corrupt', `Cannot use the database "${connection.file}": it is damaged (${found})`);
}

export function isDamage(error: unknown): boolean {
  return error instanceof CroniumError && error.code === 'store/corrupt';
}

/**
 * Renames a damaged database, with all that belongs to it, and gives its new name. `isStillDamaged` is asked when no other process
 * is at it: of several that find the damage at once, the first one moves it and the others find a new one; undefined for these.
 */
export function moveAside(file: string, isStillDamaged: () => boolean): string | undefined {
  const lock = `${file}.repair`;
  takeLock(lock);
  try {
    if (!isStillDamaged()) return undefined;
    const aside = `${file}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${process.pid}`;
    // The database last: a new one must never meet the old one's journal.
    for (const ending of ['-wal', '-shm', '-journal', '']) {
      if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${aside}${ending}`);
    }
    return aside;
  } finally {
    rmdirSync(lock);
  }
}

function takeLock(lock: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return mkdirSync(lock, { mode: 0o700 });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const found = statSync(lock, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs > REPAIR_LIMIT_MS) rmdirSync(lock);
    else Atomics.wait(sleeper, 0, 0, LOOK_EVERY_MS);
  }
}
