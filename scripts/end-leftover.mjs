import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 5_000;

/**
 * Ends the processes that name a folder in their arguments or their environment: whatever was started there and outlived those who
 * started it. Gives the command lines of those that were there.
 */
export async function endLeftover(folder) {
  const ended = new Map();
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(20)) {
    const found = processesOf(folder);
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

function processesOf(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const named = line + readFileSync(`/proc/${name}/environ`, 'utf8');
        return line !== '' && named.includes(folder) ? [[Number(name), line.replaceAll('\0', ' ').trim()]] : [];
      } catch {
        return [];
      }
    });
}
