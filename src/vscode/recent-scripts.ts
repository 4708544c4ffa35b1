import type { ScriptFile } from '../domain/event.ts';
import { MEMORY_KEYS } from './contributions.ts';
import type { Memory } from './memory.ts';

/** More than a person comes back to; the view is no history, that is what Runs is for. */
const MAX_SCRIPTS = 10;

/** The scripts that were run and are no events, the latest first. */
export function recentScripts(memory: Memory): readonly ScriptFile[] {
  const kept: unknown = memory.get(MEMORY_KEYS.recentScripts);
  // Another version may have written something else there.
  return Array.isArray(kept) ? kept.filter(isScriptFile).slice(0, MAX_SCRIPTS) : [];
}

/** Puts a script in front of the recent ones. */
export async function rememberScript(memory: Memory, { root, path }: ScriptFile): Promise<void> {
  const rest = recentScripts(memory).filter((other) => !isSame(other, { root, path }));
  await memory.update(MEMORY_KEYS.recentScripts, [{ root, path }, ...rest].slice(0, MAX_SCRIPTS));
}

/** Takes a script from the recent ones; one that is not there is gone already. */
export async function forgetScript(memory: Memory, script: ScriptFile): Promise<void> {
  const rest = recentScripts(memory).filter((other) => !isSame(other, script));
  await memory.update(MEMORY_KEYS.recentScripts, rest);
}

function isSame(one: ScriptFile, other: ScriptFile): boolean {
  return one.root === other.root && one.path === other.path;
}

function isScriptFile(value: unknown): value is ScriptFile {
  if (typeof value !== 'object' || value === null || !('root' in value) || !('path' in value)) return false;
  return typeof value.root === 'string' && typeof value.path === 'string';
}
