import { expect, onTestFinished } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import type { RemoteProcess } from '../../../src/transport/transport.ts';
import { watchHeld } from './held.ts';

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

/** Twice what the hungriest test needs, of which half is the test's own; a flood that is kept is more within seconds. */
const HELD_LIMIT_MB = 64;

/**
 * Notes what this process has open and holds; `isBack` waits until it has no more open, and fails when it has held, at any moment
 * since, more than anybody may make us keep.
 */
export function calm(): { isBack(): Promise<void> } {
  const before = holdings();
  const watch = watchHeld();
  onTestFinished(() => watch.stop());
  return {
    isBack: async () => {
      const peak = watch.peak();
      watch.stop();
      await expect.poll(() => more(holdings(), before), { timeout: 10_000, interval: 50 }).toEqual([]);
      expect(peak / 1_000_000, 'megabytes held at once').toBeLessThan(HELD_LIMIT_MB);
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
