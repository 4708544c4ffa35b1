import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Gzip } from 'fflate';
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';

/** What tar pads everything to. */
const BLOCK_BYTES = 512;

/** Compressed in one go, without a turn for anyone else: a few milliseconds. */
const CHUNK_BYTES = 65_536;

/** `files/run.sh` as it lies in an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/**
 * Writes a `tar.gz` in which nothing depends on the machine, the user or the time: the same entries in the same order are the
 * same bytes. Therefore gzip comes from fflate, which is JavaScript: Node's own zlib changes its output between versions and
 * processors.
 */
export class Archive {
  readonly #sink: (bytes: Uint8Array) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #hash = createHash('sha256');
  readonly #compressed: Uint8Array[] = [];
  readonly #gzip = new Gzip({ level: 6, mtime: 0 }, (bytes) => this.#compressed.push(bytes));
  #size = 0;

  constructor(sink: (bytes: Uint8Array) => Promise<void>, { signal }: { readonly signal: AbortSignal }) {
    this.#sink = sink;
    this.#signal = signal;
  }

  async add(entry: ArchiveEntry): Promise<void> {
    const size = entry.bytes.length;
    await this.#push(entryHeader(entry));
    await this.#push(entry.bytes);
    await this.#push(Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES));
  }

  /** Ends the archive; nothing can be added any more. */
  async finish(): Promise<{ readonly sha256: string; readonly size: number }> {
    this.#gzip.push(Buffer.alloc(2 * BLOCK_BYTES), true);
    await this.#write();
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }

  async #push(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      this.#signal.throwIfAborted();
      this.#gzip.push(bytes.subarray(at, at + CHUNK_BYTES));
      await this.#write();
      if (at > 0) await setImmediate();
    }
  }

  async #write(): Promise<void> {
    for (const bytes of this.#compressed.splice(0)) {
      this.#hash.update(bytes);
      this.#size += bytes.length;
      await this.#sink(bytes);
    }
  }
}

function entryHeader({ name, bytes, isExecutable }: ArchiveEntry): Buffer {
  const origin = { path: name, uid: 0, gid: 0, mtime: new Date(0) };
  const mode = isExecutable ? 0o755 : 0o644;
  const header = new Header({ ...origin, type: 'File', size: bytes.length, mode, uname: '', gname: '' });
  const block = Buffer.alloc(BLOCK_BYTES);
  const needsMore = header.encode(block);
  // A name that is long or not ASCII stands in an extended header in front, byte for byte.
  return needsMore ? Buffer.concat([new Pax(origin).encode(), block]) : block;
}
