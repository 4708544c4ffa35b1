import { setTimeout as delay } from 'node:timers/promises';

/** As long as a busy machine may take for anything that VS Code does. */
export const PATIENCE_MS = 30_000;

const PAUSE_MS = 100;

/** Looks again and again until `look` finds something; `what` names it in the complaint. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}`);
    await delay(PAUSE_MS);
  }
}

/** Tries `attempt` again when it fails: a panel that opens late takes the focus away, and then the palette closes. */
export async function stubbornly<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 5; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
