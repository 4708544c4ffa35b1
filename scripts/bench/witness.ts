import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LoopTurn } from '../../test/bench/loop-work.ts';
import { compiled } from './compiled.ts';

/** Milliseconds of the monotonic clock. */
export type Span = readonly [from: number, to: number];

/** Knows when the machine itself stood still. */
export interface Witness extends Disposable {
  /** Milliseconds of a span in which nothing at all ran here. */
  stoodStill(span: Span): number;
}

/**
 * Begins to watch. The host of a virtual machine takes its cores away for tens of milliseconds, and the system counts them as work of
 * whoever had the core. Needs root and a C compiler.
 */
export async function startWitness(): Promise<Witness> {
  const child = spawn(compiled('witness'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const pauses: Span[][] = [];
  await new Promise<void>((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`The witness ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [core = 0, from, to] = line.split(' ').map(Number);
      if (line.startsWith('watching')) {
        pauses.push(...Array.from({ length: from ?? 0 }, () => []));
        ready();
      } else if (from !== undefined && to !== undefined) pauses[core]?.push([from, to]);
    });
  });
  return {
    stoodStill: (span) => lengthOf(pauses.reduce(common, [span])),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

/** The most processor time of a turn of the event loop, without that in which the machine stood still. */
export function longestWork(turns: readonly LoopTurn[], witness: Witness): number {
  return Math.max(0, ...turns.map(({ span, cpuMs }) => cpuMs - witness.stoodStill(span)));
}

/** What lies in both. */
export function common(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap(([from, to]) =>
    others
      .filter(([start, end]) => start < to && end > from)
      .map(([start, end]): Span => [Math.max(from, start), Math.min(to, end)]),
  );
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}
