import { MEMORY_KEYS } from '../../contributions.ts';
import type { Memory } from '../../memory.ts';

/** More runs than a person waits for at once. */
const MAX_RUNS = 50;

/** The runs of this workspace whose ends the person was not told yet; it outlives the window. */
export function untoldRuns(memory: Memory): readonly string[] {
  const kept: unknown = memory.get(MEMORY_KEYS.untoldRuns);
  // Another version may have written something else there.
  return Array.isArray(kept) ? kept.filter((run) => typeof run === 'string') : [];
}

export async function addUntold(memory: Memory, run: string): Promise<void> {
  await memory.update(MEMORY_KEYS.untoldRuns, [...untoldRuns(memory), run].slice(-MAX_RUNS));
}

/** Takes a run off the list, for who tells its end; says whether it was there: of several only one tells it. */
export async function takeUntold(memory: Memory, run: string): Promise<boolean> {
  const runs = untoldRuns(memory);
  if (!runs.includes(run)) return false;
  const rest = runs.filter((other) => other !== run);
  await memory.update(MEMORY_KEYS.untoldRuns, rest.length > 0 ? rest : undefined);
  return true;
}
