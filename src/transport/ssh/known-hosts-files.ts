import { appendFile, chmod, mkdir, open, readFile, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { sentence } from '../../domain/errors.ts';
import { connectError } from './errors.ts';
import { formatKnownHost, joinKnownHosts, judgeHostKey, type KnownHosts, parseKnownHosts } from './known-hosts.ts';

// Ten thousand hosts fit several times; what is larger is not a known_hosts file.
const MAX_FILE_BYTES = 16 * 1024 * 1024;

const NOBODY: KnownHosts = joinKnownHosts([]);

/** The known_hosts files of one process. */
export interface KnownHostsFiles {
  /** What `files` say, in order. A missing file says nothing; one that cannot be read is refused rather than taken as empty. */
  read(files: readonly string[]): Promise<KnownHosts>;
  /** Adds a key to `file`, unless it stands there already. */
  add(file: string, entry: { readonly name: string; readonly key: Buffer }, options: AddOptions): Promise<void>;
}

export interface AddOptions {
  /** Writes the name as a hash. */
  readonly hashed: boolean;
}

/** Reads each file again only when it has changed, since a run on a hundred servers asks a hundred times; writes one by one. */
export function openKnownHosts(): KnownHostsFiles {
  const cache = new Map<string, { readonly stamp: string; readonly known: Promise<KnownHosts> }>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  const readOne = async (file: string): Promise<KnownHosts> => {
    try {
      // What many have in place of a file that shall know nobody.
      if (file === devNull) return NOBODY;
      const found = await stat(file);
      // A pipe would never end, and a device might have no end.
      if (!found.isFile()) throw new Error('it is not a file');
      const { size, mtimeMs, ino } = found;
      if (size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES >> 20} MiB`);
      const stamp = `${size} ${mtimeMs} ${ino}`;
      const cached = cache.get(file);
      if (cached?.stamp === stamp) return await cached.known;
      // Those who ask while it is read wait for the same.
      const known = readFile(file, 'utf8').then((text) => parseKnownHosts(text, file));
      cache.set(file, { stamp, known });
      known.catch(() => cache.delete(file));
      return await known;
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return NOBODY;
      const message = `Cannot read the known hosts in "${file}": ${sentence(error)}`;
      throw connectError('connect/config', message, { cause: error });
    }
  };

  const addOne: KnownHostsFiles['add'] = async (file, entry, options) => {
    if (judgeHostKey(await readOne(file), entry.name, entry.key).kind === 'match') return;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const line = formatKnownHost(entry.name, entry.key, options);
    const isNew = !(await exists(file));
    // One write, so that two processes that append at once do not mix their lines.
    await appendFile(file, `${(await endsInsideLine(file)) ? '\n' : ''}${line}\n`, { mode: 0o600 });
    if (isNew) await chmod(file, 0o600);
  };

  return {
    read: async (files) => joinKnownHosts(await Promise.all(files.map(readOne))),
    add: (file, entry, options) => {
      const write = lastWrite.then(() => addOne(file, entry, options));
      // The next one writes, whatever became of this one.
      lastWrite = write.catch(() => {});
      return write;
    },
  };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}

async function endsInsideLine(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return bytesRead === 1 && buffer[0] !== 0x0a;
  } catch {
    return false;
  }
}
