import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sshd } from '../../fixtures/sshd.ts';
import { processTree, sendSignal } from '../../fixtures/sshd-process.ts';

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

/** Processes on this machine whose command line has this text and is not a shell's that only names it. */
export function pidsWith(command: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return line === command ? [Number(pid)] : [];
      } catch {
        return []; // It has just ended.
      }
    });
}

/** The processes of sshd that serve a connection each, not the one that listens. */
export function sessionsOf({ folder }: Sshd): number[] {
  const listener = Number(readFileSync(join(folder, 'sshd.pid'), 'utf8'));
  return processTree(listener).flatMap(({ pid, parent, name }) =>
    parent === listener && name.startsWith('sshd') ? [pid] : [],
  );
}

/** Ends all connections of a server, as a lost network does; it listens on. */
export function cutSessions(server: Sshd): void {
  for (const pid of sessionsOf(server)) sendSignal(pid, 'SIGKILL');
}
