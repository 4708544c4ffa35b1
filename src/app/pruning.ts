import { rm } from 'node:fs/promises';
import { CroniumError, sentence } from '../domain/errors.ts';
import { shortId } from '../domain/id.ts';
import { type RunRecord, runStatus } from '../domain/run.ts';
import { sweepCache } from '../payload/cache.ts';
import type { Store } from '../store/store.ts';
import type { Retention } from './cronium.ts';

/** Runs that are removed in one go, so that others get their turn in between. */
const BATCH = 50;

/** A plan that waits for an answer has packed its payload and is no run yet. */
const PLAN_LIMIT_MS = 86_400_000;

/** Removes the runs that are over and beyond what is kept, with their logs, and payloads that no run names; returns how many runs. */
export async function prune(store: Store, { maxRuns, maxAgeMs }: Retention): Promise<number> {
  const before = Date.now() - maxAgeMs;
  let count = 0;
  for (;;) {
    const runs = store.runs.expired({ keep: maxRuns, before, limit: BATCH });
    const removed = await removeRuns(store, runs);
    count += removed;
    if (removed === 0) break;
  }
  await sweep(store);
  return count;
}

/** Removes one run that is over, with its log. */
export async function forgetRun(store: Store, run: RunRecord): Promise<void> {
  const isOver = runStatus(run.jobs.map(({ outcome }) => outcome)) !== 'running';
  if (!isOver || (await removeRuns(store, [run])) === 0) {
    throw new CroniumError('run/active', `Cannot remove run ${shortId(run.id)}: it goes on; cancel it first`);
  }
  await sweep(store);
}

/** The logs go first: what is cut off here is found again by the next one. */
async function removeRuns(store: Store, runs: readonly RunRecord[]): Promise<number> {
  for (const { id } of runs.flatMap(({ jobs }) => jobs)) await removeLog(store.logDir(id));
  return store.runs.remove(runs.map(({ id }) => id)).length;
}

async function removeLog(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  } catch (cause) {
    throw new CroniumError('store/log', `Cannot remove the log in "${dir}": ${sentence(cause)}`, { cause });
  }
}

function sweep(store: Store): Promise<void> {
  return sweepCache(store.payloadsDir, { named: store.payloads.keepNamed(), before: Date.now() - PLAN_LIMIT_MS });
}
