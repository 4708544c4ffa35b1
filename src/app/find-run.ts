import { CroniumError } from '../domain/errors.ts';
import type { RunRecord } from '../domain/run.ts';
import type { Store } from '../store/store.ts';

/** The run whose id is, or begins with, `id`. Throws `CroniumError` when there is none or more than one. */
export function findRun(store: Store, id: string): RunRecord {
  const [found, ...others] = store.runs.find(id);
  if (!found) throw new CroniumError('run/unknown', `Cannot find run "${id}": no run's id begins with it`);
  if (others.length === 0) return found;
  throw new CroniumError('run/ambiguous', `Cannot find run "${id}": more than one run's id begins with it`);
}
