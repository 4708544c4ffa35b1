import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readFileSync, statSync, utimesSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { CroniumError, sentence } from '../domain/errors.ts';

/** An archive that is being written in the cache; closing it removes what was not kept. */
export interface Draft extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** Puts the finished archive in its place and returns its path; one that is there already, whole, stays. */
  keep(archive: { readonly sha256: string; readonly size: number }): Promise<string>;
}

/** Archives up to here are built in memory: most are, and most of those are in the cache already. */
const MEMORY_BYTES = 262_144;

/** Opens a new file in the cache under a temporary name, when it turns out to be needed. Nobody but the user may read it. */
export async function openDraft(cacheDir: string): Promise<Draft> {
  const path = join(cacheDir, `.${randomBytes(8).toString('hex')}.tmp`);
  let held: Uint8Array[] = [];
  let size = 0;
  let file: FileHandle | undefined;
  const spill = async (): Promise<FileHandle> => {
    if (!file) {
      await mkdir(cacheDir, { recursive: true, mode: 0o700 });
      file = await open(path, 'wx', 0o600);
    }
    const bytes = Buffer.concat(held);
    held = [];
    await file.writeFile(bytes);
    return file;
  };
  return {
    write: (bytes) =>
      attempt(cacheDir, async () => {
        held.push(bytes);
        size += bytes.length;
        if (file || size > MEMORY_BYTES) await spill();
      }),
    async keep(archive) {
      const place = join(cacheDir, `${archive.sha256}.tar.gz`);
      await attempt(cacheDir, async () => {
        if (await isKept(place, archive)) return;
        await (await spill()).close();
        await rename(path, place);
      });
      return place;
    },
    async [Symbol.asyncDispose]() {
      if (!file) return;
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** The path of an archive of which the hash is known; undefined when it is not there, whole. */
export async function findArchive(
  cacheDir: string,
  archive: { readonly sha256: string; readonly size: number },
): Promise<string | undefined> {
  const place = join(cacheDir, `${archive.sha256}.tar.gz`);
  return (await isWhole(place, archive)) ? place : undefined;
}

/** Removes the archives that are not named, and drafts that were left, when they were not touched since `before`. */
export async function sweepCache(
  cacheDir: string,
  { named, before }: { readonly named: ReadonlySet<string>; readonly before: number },
): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const sha256 = /^([0-9a-f]{64})\.tar\.gz$/.exec(name)?.[1];
    const isOurs = sha256 === undefined ? /^\.[0-9a-f]{16}\.tmp$/.test(name) : !named.has(sha256);
    if (!isOurs) continue;
    const path = join(cacheDir, name);
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}

/** Whether the archive is there, whole; then it is used anew, so that nothing sweeps it away before its run is known. */
async function isKept(path: string, archive: { readonly sha256: string; readonly size: number }): Promise<boolean> {
  const now = new Date();
  // At once where it is small: a small file of our own is read in less time than a thread is asked to do it.
  if (archive.size <= MEMORY_BYTES) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.size === archive.size;
    const isWhole = isThere && sha256(readFileSync(path)) === archive.sha256;
    if (isWhole) utimesSync(path, now, now);
    return isWhole;
  }
  if (!(await isWhole(path, archive))) return false;
  await utimes(path, now, now);
  return true;
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
  if (found.size <= MEMORY_BYTES) return sha256(await readFile(path)) === archive.sha256;
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest('hex') === archive.sha256;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
