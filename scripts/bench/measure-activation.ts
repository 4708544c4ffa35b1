import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { untilQuiet } from './machine.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { median } from './statistics.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What the extension costs a window at its start, in milliseconds; each sample in a new process. */
export interface ActivationResult {
  /** Reading and compiling `dist/extension.js`. */
  readonly loadMs: number;
  readonly activateMs: number;
  /** What `activate()` has put into `context.subscriptions`: it came to its end. */
  readonly parts: number;
  readonly engineIsLoaded: boolean;
}

export async function measureActivation(options: RoundsOptions): Promise<ActivationResult> {
  const samples: ActivationResult[] = [];
  for (let round = 0; round <= options.rounds * 2; round++) {
    await untilQuiet(options.quietMs);
    const text = execFileSync(process.execPath, [join(import.meta.dirname, 'activate.cjs'), ROOT], {
      encoding: 'utf8',
    });
    if (round > 0) samples.push(JSON.parse(text) as ActivationResult);
  }
  return {
    loadMs: median(samples.map(({ loadMs }) => loadMs)),
    activateMs: median(samples.map(({ activateMs }) => activateMs)),
    parts: Math.min(...samples.map(({ parts }) => parts)),
    engineIsLoaded: samples.some(({ engineIsLoaded }) => engineIsLoaded),
  };
}
