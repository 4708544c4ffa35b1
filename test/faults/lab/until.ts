import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as the fact holds; what it throws means "not yet". Rejects with what it threw last after 60 s. */
export async function until(isSo: () => boolean | Promise<boolean>, { limitMs = 60_000 } = {}): Promise<void> {
  const limit = performance.now() + limitMs;
  let problem: unknown;
  while (performance.now() < limit) {
    try {
      if (await isSo()) return;
    } catch (error) {
      problem = error;
    }
    await delay(20);
  }
  throw new Error(`It did not come true in ${limitMs / 1000} s: ${isSo}`, { cause: problem });
}
