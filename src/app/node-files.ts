import * as fs from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import type { ScriptFile } from '../domain/event.ts';
import { FileError, type FileStat, type Files, type FolderEntry, fileErrors, tooLarge } from '../domain/files.ts';

// Plain descriptors: thousands of small files are read in a third of the time that `FileHandle` takes.
const openFile = promisify(fs.open);
const statFile = promisify(fs.fstat);
const readFile = promisify(fs.read);
const readAll = promisify(fs.readFile);
const closeFile = promisify(fs.close);

/** The files of this disk. */
export const nodeFiles: Files = {
  stat: (file) =>
    attempt(file, async () => {
      const found = await stat(pathOf(file));
      return { kind: kindOf(found), size: found.size, isExecutable: (found.mode & 0o100) !== 0 };
    }),
  list: (folder) => attempt(folder, async () => (await readdir(pathOf(folder), { withFileTypes: true })).map(entryOf)),
  read: (file, { maxBytes }) =>
    withFile(file, (descriptor, { size }) => readWhole(file, { descriptor, size, maxBytes })),
  readStart: (file, { maxBytes }) =>
    withFile(file, (descriptor, { size }) => readAtMost(descriptor, Math.min(size, maxBytes))),
  resolve: resolvePath,
};

/** The path below the root without links; the root itself may be one. */
async function resolvePath(file: ScriptFile): Promise<string> {
  const [root, path] = await attempt(file, () => Promise.all([realpath(file.root), realpath(pathOf(file))]));
  if (path === root) return '.';
  if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return relative(root, path).split(sep).join('/');
  throw new FileError('outside', file, { detail: `it is a link that leaves "${file.root}" (to "${path}")` });
}

/** Opens a regular file; a pipe's writer is not waited for. */
function withFile<T>(file: ScriptFile, use: (descriptor: number, found: fs.Stats) => Promise<T>): Promise<T> {
  return attempt(file, async () => {
    const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants;
    const descriptor = await openFile(pathOf(file), O_RDONLY | O_NONBLOCK);
    try {
      const found = await statFile(descriptor);
      if (found.isFile()) return await use(descriptor, found);
      throw new FileError(found.isDirectory() ? 'folder' : 'notFile', file);
    } finally {
      await closeFile(descriptor);
    }
  });
}

async function readWhole(
  file: ScriptFile,
  { descriptor, size, maxBytes }: { readonly descriptor: number; readonly size: number; readonly maxBytes: number },
): Promise<Uint8Array> {
  if (size > maxBytes) throw tooLarge(file, { size, maxBytes });
  // Some mounted clouds do not know the size before they have read.
  const bytes = size === 0 ? await readAll(descriptor) : await readAtMost(descriptor, size);
  if (bytes.length > maxBytes) throw tooLarge(file, { size: bytes.length, maxBytes });
  return bytes;
}

async function readAtMost(descriptor: number, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(maxBytes);
  let filled = 0;
  while (filled < maxBytes) {
    const { bytesRead } = await readFile(descriptor, buffer, filled, maxBytes - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function pathOf({ root, path }: ScriptFile): string {
  return join(root, path);
}

function kindOf(found: fs.Stats): FileStat['kind'] {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'other';
}

function entryOf(entry: fs.Dirent): FolderEntry {
  const { name } = entry;
  if (entry.isSymbolicLink()) return { name, kind: 'link' };
  if (entry.isFile()) return { name, kind: 'file' };
  return { name, kind: entry.isDirectory() ? 'folder' : 'other' };
}

const attempt = fileErrors({
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENAMETOOLONG: 'missing',
  EISDIR: 'folder',
  ELOOP: 'circle',
  // Of a socket.
  ENXIO: 'notFile',
});
