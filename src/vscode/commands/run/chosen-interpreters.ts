import type { LoadedEvent } from '../../../app/events.ts';
import { namedInterpreter } from '../../../domain/interpreter.ts';
import { MEMORY_KEYS } from '../../contributions.ts';
import { eventKey } from '../../event-key.ts';
import { type Memory, readObject, withEntry } from '../../memory.ts';

/** Scripts whose interpreter is remembered. */
const MAX_SCRIPTS = 100;

/** Nothing says what runs the script: neither itself nor its name nor the editor's language. */
export function lacksInterpreter({ problems }: LoadedEvent): boolean {
  return problems.some(({ missing }) => missing?.kind === 'interpreter');
}

/** What the person chose to run the script of an event with, such as `python3 -u`. */
export function chosenInterpreter(memory: Memory, { event }: LoadedEvent): string | undefined {
  const kept = readObject(memory, MEMORY_KEYS.interpreters);
  const words = Object.hasOwn(kept, eventKey(event)) ? kept[eventKey(event)] : undefined;
  return typeof words === 'string' ? words : undefined;
}

export async function rememberInterpreter(memory: Memory, { event }: LoadedEvent, words: string): Promise<void> {
  const kept = readObject(memory, MEMORY_KEYS.interpreters);
  await memory.update(MEMORY_KEYS.interpreters, withEntry(kept, [eventKey(event), words], MAX_SCRIPTS));
}

/** The event as it is when the words run its script. */
export function withInterpreter({ event, problems }: LoadedEvent, words: string): LoadedEvent {
  const interpreter = namedInterpreter(words);
  return {
    event: { ...event, ...(interpreter ? { interpreter } : {}) },
    problems: problems.filter(({ missing }) => missing?.kind !== 'interpreter'),
  };
}
