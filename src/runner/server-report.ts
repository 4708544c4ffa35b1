import { Fields } from './fields.ts';

/** A server's load as its runner sees it; what its system does not tell is absent. Sizes in bytes. */
export interface HealthReport {
  readonly cores: number;
  /** Processes that want a core, over the last minute. */
  readonly load1?: number;
  readonly memory?: { readonly total: number; readonly available: number };
  /** Of the file system that holds our folder. */
  readonly disk: { readonly total: number; readonly free: number };
  readonly uptimeSeconds?: number;
  /** Jobs of all installs that have not ended on this machine. */
  readonly jobs: number;
}

/** Something of ours on a server. */
export interface StoredItem {
  readonly kind: 'runner' | 'payload' | 'job' | 'other';
  /** A hash, a job's id, or a path below the base directory. */
  readonly name: string;
  readonly bytes: number;
  /** A job that has not ended needs it, or somebody is just writing it. */
  readonly isInUse: boolean;
}

/** What `clean` did: `kept` is in use, or could not be removed. */
export interface Cleaned {
  readonly removed: readonly StoredItem[];
  readonly kept: readonly StoredItem[];
}

export function readHealth(fields: Fields): HealthReport {
  const disk = fields.object('disk');
  const memory = fields.has('memory') ? fields.object('memory') : undefined;
  return {
    cores: fields.count('cores'),
    // Whole numbers only are on the wire.
    ...(fields.has('load1') ? { load1: fields.count('load1') / 100 } : {}),
    ...(memory ? { memory: { total: memory.count('total'), available: memory.count('available') } } : {}),
    disk: { total: disk.count('total'), free: disk.count('free') },
    ...fields.optionalCount('uptimeSeconds'),
    jobs: fields.count('jobs'),
  };
}

export function readItems(fields: Fields, name: string): StoredItem[] {
  return fields.list(name).map((value) => {
    const item = new Fields(value);
    const kind = item.text('kind');
    if (kind !== 'runner' && kind !== 'payload' && kind !== 'job' && kind !== 'other') throw item.wrong('kind');
    return { kind, name: item.line('name'), bytes: item.count('bytes'), isInUse: item.flag('isInUse') };
  });
}
