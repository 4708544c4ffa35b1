import type { LoadedEvent } from '../../app/events.ts';
import type { ScriptFile } from '../../domain/event.ts';
import { eventKey } from '../event-key.ts';

/**
 * The events that a save runs: those whose script it is, and those with a glob that matches the file below their folder.
 * `known`: what was found when the folders were last looked through; of the saved file itself, its own header counts.
 */
export function savedEvents(
  saved: ScriptFile,
  {
    own,
    known,
    matches,
  }: {
    /** The event of the saved text; absent: it says nothing of `onSave`. */
    readonly own: LoadedEvent | undefined;
    readonly known: readonly LoadedEvent[];
    matches(glob: string): boolean;
  },
): LoadedEvent[] {
  const isOwnHeader = ({ event }: LoadedEvent): boolean =>
    isSaved(event.script, saved) && event.declaredAt?.path === saved.path;
  const others = known.filter((loaded) => {
    const { script, onSave } = loaded.event;
    if (!onSave || script.root !== saved.root || isOwnHeader(loaded)) return false;
    return isSaved(script, saved) || onSave.globs.some(matches);
  });
  const all = own?.event.onSave ? [own, ...others] : others;
  return [...new Map(all.map((loaded) => [eventKey(loaded.event), loaded])).values()];
}

function isSaved(script: ScriptFile, saved: ScriptFile): boolean {
  return script.root === saved.root && script.path === saved.path;
}
