import type { Memory } from '../../../src/vscode/memory.ts';

/** The editor's memory of a workspace, with what was left in it. */
export function memoryOf(left: Readonly<Record<string, unknown>> = {}): Memory {
  const kept = new Map(Object.entries(left));
  return {
    get: (key: string, fallback?: unknown) => (kept.has(key) ? kept.get(key) : fallback),
    update: async (key: string, value: unknown) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, structuredClone(value));
    },
  } as Memory;
}
