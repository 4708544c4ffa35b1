import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 5_000;

/** The folders of the jobs below a state folder. */
export function jobFolders(stateHome: string): readonly string[] {
  const jobs = join(stateHome, 'cronium/jobs');
  return existsSync(jobs)
    ? readdirSync(jobs)
        .filter((name) => /^[0-9a-f]{32}$/.test(name))
        .map((name) => join(jobs, name))
    : [];
}

/** Where `/proc` has a process's arguments, and its variables. */
type ProcessFile = 'cmdline' | 'environ';

/** The processes whose arguments hold a text, or whose variables do where they are looked at, too: `[pid, arguments]`. */
export function processesWith(
  text: string,
  files: readonly ProcessFile[] = ['cmdline'],
): readonly (readonly [number, string])[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, string][] => {
      try {
        const read = (file: ProcessFile) => readFileSync(`/proc/${name}/${file}`, 'utf8').replaceAll('\0', ' ').trim();
        const line = read('cmdline');
        // One that has ended and is not waited for has none.
        const isMeant = line !== '' && files.some((file) => read(file).includes(text));
        return isMeant && Number(name) !== process.pid ? [[Number(name), line]] : [];
      } catch {
        return [];
      }
    });
}

/** The supervisor of the one job below a state folder. */
export function supervisorOf(stateHome: string): number {
  // One that waits for its order has dashes in the place of a job.
  const found = processesWith(`supervise ${join(stateHome, 'cronium')} `).filter(([, line]) =>
    / [0-9a-f]{32} /.test(line),
  );
  if (found.length !== 1) throw new Error(`There is not one supervisor: ${JSON.stringify(found)}`);
  return (found[0] as [number, string])[0];
}

/**
 * Ends the processes that name a folder in their arguments or their variables: whatever was started there and outlived those who
 * started it. Gives the arguments of those that were there.
 */
export async function endLeftover(folder: string): Promise<readonly string[]> {
  const ended = new Map<number, string>();
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(20)) {
    const found = processesWith(folder, ['cmdline', 'environ']);
    if (found.length === 0) break;
    for (const [pid, line] of found) {
      ended.set(pid, line);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has gone by itself.
      }
    }
  }
  return [...ended.values()];
}
