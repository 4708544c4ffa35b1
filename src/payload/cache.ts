import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CroniumError, sentence } from '../domain/errors.ts';

/** An archive that is being written in the cache; closing it removes what was not kept. */
export interface Draft extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the finished archive in its place and returns its path; one that is there already, whole, stays. */
  keep(archive: { readonly sha256: string; readonly size: number }): Promise<string>;
}

/** Opens a new file in the cache under a temporary name. Nobody but the user may read it. */
export async function openDraft(cacheDir: string): Promise<Draft> {
  const path = join(cacheDir, `.${randomBytes(8).toString('hex')}.tmp`);
  const file = await attempt(cacheDir, async () => {
    await mkdir(cacheDir, { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o600);
  });
  return {
    write: (bytes) => attempt(cacheDir, () => file.writeFile(bytes)),
    async keep(archive) {
      const place = join(cacheDir, `${archive.sha256}.tar.gz`);
      await attempt(cacheDir, async () => {
        await file.close();
        if (!(await isWhole(place, archive))) await rename(path, place);
      });
      return place;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

async function attempt<T>(cacheDir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new CroniumError('payload/cache', `Cannot write to the cache "${cacheDir}": ${sentence(cause)}`, { cause });
  }
}

async function isWhole(path: string, archive: { readonly sha256: string; readonly size: number }): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== archive.size) return false;
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest('hex') === archive.sha256;
}
