import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CroniumError, sentence } from '../domain/errors.ts';
import { isId } from '../domain/id.ts';

/**
 * This installation's id: 32 hex digits, made once for a data directory. Accounts such as `deploy` are shared; only jobs of one's
 * own id are listed, cancelled and removed.
 */
export function installId(dataDir: string): string {
  const file = join(dataDir, 'install-id');
  for (;;) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (isId(id)) return id;
      throw new CroniumError('store/install', `Cannot use "${file}": it does not hold an id; restore it, or remove it`);
    } catch (error) {
      if (error instanceof CroniumError) throw error;
      if (!isMissing(error))
        throw new CroniumError('store/install', `Cannot read "${file}": ${sentence(error)}`, { cause: error });
    }
    // Linked, not renamed: of two that start at once, the first id stands.
    const own = `${file}.${process.pid}`;
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(own, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 });
      linkSync(own, file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw new CroniumError('store/install', `Cannot write "${file}": is its folder writable?`, { cause: error });
      }
    } finally {
      rmSync(own, { force: true });
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
