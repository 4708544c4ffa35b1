import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the jobs below a state folder. */
export function jobFolders(stateHome: string): readonly string[] {
  const jobs = join(stateHome, 'cronium/jobs');
  return existsSync(jobs)
    ? readdirSync(jobs)
        .filter((name) => /^[0-9a-f]{32}$/.test(name))
        .map((name) => join(jobs, name))
    : [];
}

/** The processes whose arguments hold a text: `[pid, arguments]`. */
export function processesWith(text: string): readonly (readonly [number, string])[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, string][] => {
      try {
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return line.includes(text) && Number(name) !== process.pid ? [[Number(name), line]] : [];
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
