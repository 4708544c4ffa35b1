import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own, of memory, that can be filled up. */
export interface SmallDisk extends Disposable {
  readonly dir: string;
  /** Takes all room but so many bytes. */
  fill(options?: { readonly free?: number }): void;
  /** Gives the room back. */
  free(): void;
  /** Makes it read-only, or writable again. */
  remount(how: 'ro' | 'rw'): void;
}

export function mountSmallDisk(dir: string, { megabytes = 8 }: { readonly megabytes?: number } = {}): SmallDisk {
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', dir]);
  const ballast = join(dir, '.ballast');
  return {
    dir,
    fill: ({ free = 0 } = {}) => {
      const file = openSync(ballast, 'a');
      try {
        for (const chunk = Buffer.alloc(4096); ; ) {
          const { bavail, bsize } = statfsSync(dir);
          if (bavail * bsize <= free) return;
          writeSync(file, chunk);
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remount: (how) => void execFileSync('mount', ['-o', `remount,${how}`, dir]),
    [Symbol.dispose]: () => void execFileSync('umount', ['-l', dir]),
  };
}
