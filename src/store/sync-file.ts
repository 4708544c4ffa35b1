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
