import { l10n } from 'vscode';
import type { InputPrompt, ScriptEvent } from '../../../domain/event.ts';
import { eventKey } from '../../event-key.ts';
import { askText, pickOne, type Step } from '../../host/steps.ts';
import type { Memory } from '../../memory.ts';
import { lineText } from '../../plain-text.ts';
import { type Answers, lastAnswers, proposedAnswer, rememberAnswers } from './answers.ts';

/** Asks for what the event's `${input:…}` need, a step each. Undefined when it needs nothing. Throws `Stopped` on Escape. */
export async function askInputs(
  event: ScriptEvent,
  { memory, prompts }: { readonly memory: Memory; readonly prompts: { hold(): Disposable } },
): Promise<Answers | undefined> {
  const { neededInputs } = await import('../../../app/events.ts');
  const needed = neededInputs(event);
  if (needed.length === 0) return undefined;
  // A login that asks meanwhile waits: a second input would close this one.
  using _held = prompts.hold();
  const key = eventKey(event);
  const last = lastAnswers(memory, key);
  const answers: Record<string, string> = {};
  for (const [at, prompt] of needed.entries()) {
    const step = {
      title: l10n.t('Run “{0}”', lineText(event.name)),
      ...(needed.length > 1 ? { step: at + 1, of: needed.length } : {}),
    };
    answers[prompt.id] = await ask(prompt, step, proposedAnswer(prompt, last));
  }
  await rememberAnswers(memory, key, answers);
  return answers;
}

async function ask(prompt: InputPrompt, step: Step, proposed: string | undefined): Promise<string> {
  const question = lineText(prompt.description ?? prompt.id);
  if (!prompt.options) {
    const placeholder = lineText(prompt.id);
    const value = proposed === undefined ? {} : { value: proposed };
    return await askText({ ...step, ...value, prompt: question, placeholder, problem: () => undefined });
  }
  // The proposed one comes first, where Enter takes it.
  const options = [...prompt.options].sort((one, other) => Number(other === proposed) - Number(one === proposed));
  const items = options.map((value) => ({ value, label: lineText(value) }));
  return (await pickOne(items, { ...step, placeholder: question })).value;
}
