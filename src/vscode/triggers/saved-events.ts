import type { LoadedEvent } from '../../app/events.ts';
import type { ScriptFile } from '../../domain/event.ts';

/**
 * The events that a save runs besides what the saved text says of itself: those whose script it is, and those with a glob that
 * matches the file below their folder. `known`: what the folders declare.
 */
export function savedEvents(
  saved: ScriptFile,
  { known, matches }: { readonly known: readonly LoadedEvent[]; matches(glob: string): boolean },
): LoadedEvent[] {
  return known.filter(({ event }) => {
    const { script, onSave, declaredAt } = event;
    if (!onSave || script.root !== saved.root) return false;
    if (script.path !== saved.path) return onSave.globs.some(matches);
    return declaredAt?.path !== saved.path;
  });
}
