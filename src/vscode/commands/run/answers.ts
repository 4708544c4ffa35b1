import type { InputPrompt } from '../../../domain/event.ts';
import { MEMORY_KEYS } from '../../contributions.ts';
import { isObject, type Memory, readObject, withEntry } from '../../memory.ts';

/** Answers by the input's id. */
export type Answers = Readonly<Record<string, string>>;

/** Events whose answers are remembered. */
const MAX_EVENTS = 100;

/** What was last answered to the inputs of an event. */
export function lastAnswers(memory: Memory, event: string): Answers {
  const kept = readObject(memory, MEMORY_KEYS.answers);
  const answers = Object.hasOwn(kept, event) ? kept[event] : undefined;
  if (!isObject(answers)) return {};
  return Object.fromEntries(
    Object.entries(answers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export async function rememberAnswers(memory: Memory, event: string, answers: Answers): Promise<void> {
  const kept = readObject(memory, MEMORY_KEYS.answers);
  const all = { ...lastAnswers(memory, event), ...answers };
  await memory.update(MEMORY_KEYS.answers, withEntry(kept, [event, all], MAX_EVENTS));
}

/** What an input is answered with when nobody is asked: as last time, else its default; undefined when there is neither. */
export function proposedAnswer(prompt: InputPrompt, last: Answers): string | undefined {
  const before = Object.hasOwn(last, prompt.id) ? last[prompt.id] : undefined;
  const candidates = [before, prompt.default].filter((value) => value !== undefined);
  return candidates.find((value) => prompt.options?.includes(value) ?? true);
}
