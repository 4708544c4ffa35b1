import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../fixtures/lab.ts';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** The wall clock of the commands of a lab that are started from now on; it can jump while they run. */
export interface FakeClock extends Disposable {
  /** `+1h`, `-1d`, `+0` for the true time. */
  set(offset: string): void;
}

export function fakeClock(lab: Lab, offset = '+0'): FakeClock {
  const file = join(lab.folder, 'clock');
  const env = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // A clock that somebody sets does not touch the one that only goes on.
    DONT_FAKE_MONOTONIC: '1',
  };
  const clock: FakeClock = {
    set: (to) => writeFileSync(file, `${to}\n`),
    [Symbol.dispose]: () => {
      for (const name of Object.keys(env)) delete lab.env[name];
      sweepFakeClocks();
    },
  };
  clock.set(offset);
  Object.assign(lab.env, env);
  return clock;
}

/** Removes what the library has left in shared memory for processes that were killed. */
export function sweepFakeClocks(): void {
  for (const name of readdirSync('/dev/shm')) {
    const [, pid] = /^(?:sem\.)?faketime_(?:shm|sem)_(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join('/dev/shm', name), { force: true });
  }
}
