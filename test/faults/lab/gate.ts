import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../fixtures/lab.ts';
import { countStarts, TRUTH } from './check.ts';

/** Prints lines 1 to 20, waits until the file exists that its second argument names, prints lines 21 to 40, ends with 5. */
const COUNTING = `${TRUTH}for i in $(seq 1 40); do
  say "line $i"
  while [ "$i" = 20 ] && ! [ -e "$2" ]; do sleep 0.05; done
done
exit 5
`;

/** What the script ends with. */
export const COUNTED = { kind: 'failed', exitCode: 5 };

/** The lines up to this one. */
export function linesTo(last: number): string {
  return Array.from({ length: last }, (_, index) => `line ${index + 1}\n`).join('');
}

/** A script that waits in its middle until the test lets it go on, with the truth for `checkRun`. */
export interface Gated {
  readonly file: string;
  readonly args: readonly string[];
  readonly truth: string;
  open(): void;
  /** How often it was started, and what it has said. */
  told(): { readonly starts: number; readonly text: string };
}

let gates = 0;

export function gated(lab: Lab): Gated {
  const number = gates++;
  const truth = join(lab.folder, `truth${number}`);
  const gate = join(lab.folder, `gate${number}`);
  return {
    file: lab.script(`counting${number}.sh`, COUNTING),
    args: [truth, gate],
    truth,
    open: () => writeFileSync(gate, ''),
    told: () => ({ starts: countStarts(truth), text: existsSync(truth) ? readFileSync(truth, 'utf8') : '' }),
  };
}

/** Resolves with what `look` finds as soon as it finds something; fails after `limitMs`. */
export async function until<T>(what: string, look: () => T | undefined, limitMs = 30_000): Promise<T> {
  for (const deadline = performance.now() + limitMs; ; await delay(20)) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`It never happened: ${what}`);
  }
}

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
