import type { Memento } from 'vscode';

/** What the editor keeps for a workspace, over reloads; never a secret. */
export type Memory = Pick<Memento, 'get' | 'update'>;

/** An object that was kept; another version may have written something else there. */
export function readObject(memory: Memory, key: string): Readonly<Record<string, unknown>> {
  const value: unknown = memory.get(key);
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object with one entry at its end, and without the oldest beyond `max`. */
export function withEntry<T>(
  entries: Readonly<Record<string, T>>,
  [key, value]: readonly [string, T],
  max: number,
): Readonly<Record<string, T>> {
  const rest = Object.entries(entries).filter(([other]) => other !== key);
  return Object.fromEntries([...rest, [key, value] as const].slice(-max));
}
