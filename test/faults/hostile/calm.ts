import { expect } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import type { RemoteProcess } from '../../../src/transport/transport.ts';

/** What became of a hostile server's client: the error of opening, or how the process ended. */
export interface Ending {
  readonly code: string;
  readonly message: string;
  /** What came of its output before. */
  readonly stdout: string;
}

const OUTPUT_LIMIT = 100_000;

/** Waits until the attempt to run something is over; fails when it is not within `limitMs`. */
export async function ending(opening: Promise<RemoteProcess>, limitMs: number): Promise<Ending> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No end within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([endOf(opening), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function endOf(opening: Promise<RemoteProcess>): Promise<Ending> {
  let process: RemoteProcess;
  try {
    process = await opening;
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    return { code: error.code, message: error.message, stdout: '' };
  }
  let stdout = '';
  process.stdout.on('data', (chunk: Buffer) => {
    if (stdout.length < OUTPUT_LIMIT) stdout += chunk.toString('latin1');
  });
  process.stderr.resume();
  const exit = await process.exited;
  const message = exit.kind === 'disconnected' ? exit.message : JSON.stringify(exit);
  return { code: exit.kind, message, stdout };
}

/** Notes what this process holds now; `isBack` waits until it holds no more of it, and has grown by less than `megabytes`. */
export function calm(): { isBack(megabytes?: number): Promise<void> } {
  const before = holdings();
  const rss = process.memoryUsage().rss;
  return {
    isBack: async (megabytes = 64) => {
      await expect.poll(() => more(holdings(), before), { timeout: 10_000, interval: 50 }).toEqual([]);
      expect((process.memoryUsage().rss - rss) / 1_000_000).toBeLessThan(megabytes);
    },
  };
}

/** Sockets, servers, timers, processes: by kind, how many. */
function holdings(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const OURS = /TCP|Timeout|Process|Pipe/;

function more(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): readonly string[] {
  return [...now].flatMap(([kind, count]) => {
    // The poll itself waits on a timer.
    const allowed = (before.get(kind) ?? 0) + (kind === 'Timeout' ? 2 : 0);
    return OURS.test(kind) && count > allowed ? [`${kind}: ${count} in place of ${before.get(kind) ?? 0}`] : [];
  });
}
