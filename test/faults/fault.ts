import { test } from 'vitest';
import { FAULTS } from './ids.ts';
import { Random } from './random.ts';

/** What one try of a fault is given. */
export interface FaultTry {
  /** All chance of the try comes from here, so that its seed brings it back. */
  readonly random: Random;
  readonly seed: number;
}

export interface FaultOptions {
  /** Says that the body draws from `random`: only then more seeds mean more tries. */
  readonly isSeeded?: boolean;
  /** Tries of a short run; 1 unless told. `--seeds N` replaces it. */
  readonly seeds?: number;
  readonly timeoutMs?: number;
}

/**
 * A test of one or more faults by their IDs: `fault('F12', 'a half-open link is noticed', async ({ random }) => …)`. What it is
 * named is what `npm run test:faults` counts, and how one try is had again: `npm run test:faults -- --only F12 --seed 7`.
 */
export function fault(
  ids: string | readonly string[],
  title: string,
  body: (given: FaultTry) => Promise<void>,
  { isSeeded = false, seeds = 1, timeoutMs = 90_000 }: FaultOptions = {},
): void {
  const all = typeof ids === 'string' ? [ids] : ids;
  for (const id of all) if (!(id in FAULTS)) throw new RangeError(`"${id}" is no fault of ids.ts`);
  const name = `${all.join(' ')} ${title}`;
  if (!isSeeded) {
    test(name, { timeout: timeoutMs }, () => body({ random: new Random(1), seed: 1 }));
    return;
  }
  for (const seed of seedsOf(seeds)) {
    test(`${name} [seed ${seed}]`, { timeout: timeoutMs }, () => body({ random: new Random(seed), seed }));
  }
}

function seedsOf(short: number): readonly number[] {
  const { CRONIUM_FAULT_SEED: one, CRONIUM_FAULT_SEEDS: many } = process.env;
  if (one) return [Number(one)];
  return Array.from({ length: many ? Number(many) : short }, (_, index) => index + 1);
}
