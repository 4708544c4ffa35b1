import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../fixtures/lab.ts';

/** Processes on this machine that carry the environment of one of the lab's jobs: `pid command`. */
export function processesOf({ servers }: Pick<Lab, 'servers'>): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        const isOurs = environment.includes('CRONIUM_JOB=') && servers.some(({ home }) => environment.includes(home));
        return isOurs ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`] : [];
      } catch {
        return []; // It has just ended.
      }
    });
}

/** Waits for a fact; what is promised bounds how long. */
export async function eventually(what: string, isSo: () => boolean, limitMs = 20_000): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > limit) throw new Error(`It never happened: ${what}`);
    await delay(20);
  }
}

/** The lines of a file that scripts write to; none when it is not there. */
export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
