import { neededInputs } from '../app/events.ts';
import { CroniumError } from '../domain/errors.ts';
import type { InputPrompt, ScriptEvent } from '../domain/event.ts';
import type { Prompts } from '../transport/transport.ts';

/**
 * The answers to what an event asks for: given as `name=value`, else asked for on the terminal, else left to the defaults.
 * Throws `CroniumError` `usage` for an answer to nothing.
 */
export async function answerInputs(
  event: ScriptEvent,
  given: readonly string[],
  { prompts, signal }: { readonly prompts: Prompts; readonly signal: AbortSignal },
): Promise<Record<string, string>> {
  const needed = neededInputs(event);
  const answers = parseAnswers(given, needed);
  for (const input of needed) {
    if (Object.hasOwn(answers, input.id) || !prompts.askLine) continue;
    answers[input.id] = await ask(input, prompts.askLine, signal);
  }
  return answers;
}

function parseAnswers(given: readonly string[], needed: readonly InputPrompt[]): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const pair of given) {
    const at = pair.indexOf('=');
    const id = pair.slice(0, Math.max(at, 0));
    if (at < 1) throw new CroniumError('usage', `Cannot use --set "${pair}": write name=value`);
    if (!needed.some((input) => input.id === id)) {
      const ids = needed.map((input) => input.id).join(', ');
      const found = ids === '' ? 'the event asks for nothing' : `the event asks for ${ids}`;
      throw new CroniumError('usage', `Cannot use --set "${pair}": ${found}`);
    }
    answers[id] = pair.slice(at + 1);
  }
  return answers;
}

async function ask(
  { id, description, options, default: preset }: InputPrompt,
  askLine: NonNullable<Prompts['askLine']>,
  signal: AbortSignal,
): Promise<string> {
  const choice = options ? ` (${options.join(', ')})` : '';
  const fallback = preset === undefined ? '' : ` [${preset}]`;
  for (let before = ''; ; ) {
    const line = await askLine(`${before}${description ?? id}${choice}${fallback}`, { signal });
    if (line === undefined) throw new CroniumError('run/input', `Cannot run: nothing was answered for "${id}"`);
    const answer = line === '' && preset !== undefined ? preset : line;
    if (!options || options.includes(answer)) return answer;
    before = `"${answer}" is none of these\n`;
  }
}
