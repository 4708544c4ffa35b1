import { sentence } from '../domain/errors.ts';
import type { LazyEngine } from './engine.ts';
import { retentionSettings } from './host/settings.ts';

/** After the engine was opened for something that a person waits for. */
const IDLE_MS = 30_000;

/** Removes the runs that are beyond what is kept, once in the life of the window, while nobody waits. */
export function pruneInIdle(
  engine: LazyEngine,
  log: { info(line: string): void; warn(line: string): void },
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const prune = async (): Promise<void> => {
    try {
      const removed = (await engine.opened?.prune(retentionSettings())) ?? 0;
      if (removed > 0) log.info(`Removed ${removed} old runs with their logs`);
    } catch (error) {
      // The next window tries again.
      log.warn(`Cannot remove old runs: ${sentence(error)}`);
    }
  };
  const opened = engine.onDidOpen(() => {
    timer ??= setTimeout(() => void prune(), IDLE_MS);
  });
  return {
    [Symbol.dispose]: () => {
      opened[Symbol.dispose]();
      clearTimeout(timer);
    },
  };
}
