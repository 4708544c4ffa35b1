import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CroniumError } from '../domain/errors.ts';

/** The runner for one platform, as the build left it. */
export interface Artifact {
  /** What `uname -s -m` prints there. */
  readonly uname: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly sha256: string;
  /** Bytes of the executable. */
  readonly size: number;
  /** The executable, gzipped; read once and kept. */
  load(): Promise<Buffer>;
}

export interface Artifacts {
  readonly version: string;
  readonly all: readonly Artifact[];
}

/** Reads the table of runner artifacts in `dir` (`dist/runners`). */
export async function loadArtifacts(dir: string): Promise<Artifacts> {
  const file = join(dir, 'table.json');
  let table: Table;
  try {
    table = JSON.parse(await readFile(file, 'utf8')) as Table;
  } catch (cause) {
    throw new CroniumError('runner/artifacts', `Cannot read the table of runners "${file}": build the project first`, {
      cause,
    });
  }
  return {
    version: table.version,
    all: table.platforms.map((row) => ({
      uname: row.uname,
      platform: `${row.os}/${row.arch}`,
      sha256: row.sha256,
      size: row.size,
      load: once(() => readFile(join(dir, row.gzip.file))),
    })),
  };
}

/** One read for all servers; a failed one is tried again. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= read().catch((error) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}

/** Written by scripts/build-runner.mjs, so its shape is ours. */
interface Table {
  readonly version: string;
  readonly platforms: readonly {
    readonly uname: string;
    readonly os: string;
    readonly arch: string;
    readonly sha256: string;
    readonly size: number;
    readonly gzip: { readonly file: string };
  }[];
}
