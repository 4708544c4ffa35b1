import * as fs from 'node:fs';
import { promisify } from 'node:util';

// To open and to close is quick and done at once; only the wait for the disk is another thread's.
const syncData = promisify(fs.fdatasync);
const syncAll = promisify(fs.fsync);

/** Puts a file's bytes on the disk. */
export async function syncFile(file: string): Promise<void> {
  const descriptor = fs.openSync(file, 'r+');
  try {
    await syncData(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** As `syncFile`, while the program waits. */
export function syncFileNow(file: string): void {
  const descriptor = fs.openSync(file, 'r+');
  try {
    fs.fdatasyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Makes the names of new files durable; Windows has no such thing for folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(folder, 'r');
  try {
    await syncAll(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * `syncFolder` for many who make something in the same folders: those who come while one is under way, which may not see what they
 * have made, wait for the next one together.
 */
export class SharedFolders {
  readonly #under = new Map<string, { next: Promise<void> | undefined; readonly done: Promise<void> }>();
  readonly #syncFolder: (folder: string) => Promise<void>;

  constructor(sync = syncFolder) {
    this.#syncFolder = sync;
  }

  /** What was made in the folder before the call is durable when it resolves. */
  sync(folder: string): Promise<void> {
    const under = this.#under.get(folder);
    if (!under) return this.#begin(folder);
    under.next ??= under.done.then(() => this.#begin(folder));
    return under.next;
  }

  #begin(folder: string): Promise<void> {
    const syncing = this.#syncFolder(folder);
    const done = syncing.then(
      () => void this.#under.delete(folder),
      () => void this.#under.delete(folder),
    );
    this.#under.set(folder, { next: undefined, done });
    return syncing;
  }
}
