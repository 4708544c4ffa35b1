import type { ScriptEvent, ScriptFile } from '../domain/event.ts';

/** What tells events apart over all folders of a workspace, for what is remembered of them. */
export function eventKey({ id, script }: { readonly id: string; readonly script?: ScriptFile | undefined }): string {
  return `${script?.root ?? ''}\n${id}`;
}

/** The end of the id of an event that is a selected text: it is nobody's script, and its runs are apart from the script's. */
const SELECTION = ':selection';

/** The event that runs only the selected text of a script. */
export function selectionEvent(event: ScriptEvent): ScriptEvent {
  return { ...event, id: `${event.id}${SELECTION}`, name: `${event.name} (selection)` };
}

/** Says whether a run ran a selected text, which cannot be read again from its script. */
export function isSelection({ eventId }: { readonly eventId: string }): boolean {
  return eventId.endsWith(SELECTION);
}
