import { l10n } from 'vscode';
import { KNOWN_COMMANDS } from '../../../domain/interpreter.ts';
import type { EditorScript } from '../../host/documents.ts';
import { askText, pickOne } from '../../host/steps.ts';
import type { Memory } from '../../memory.ts';
import { lineText } from '../../plain-text.ts';
import { chosenInterpreter, lacksInterpreter, rememberInterpreter, withInterpreter } from './chosen-interpreters.ts';

/**
 * The script, with what runs it: where nothing says that, the person is asked once, and the answer is remembered for this script.
 * Throws `Stopped` when the person gives up.
 */
export async function settleInterpreter(
  script: EditorScript,
  { memory, prompts }: { readonly memory: Memory; readonly prompts: { hold(): Disposable } },
): Promise<EditorScript> {
  const { loaded } = script;
  if (!lacksInterpreter(loaded)) return script;
  let words = chosenInterpreter(memory, loaded);
  if (words === undefined) {
    // A login that asks meanwhile waits: a second input would close this one.
    using _held = prompts.hold();
    words = await askWords(lineText(loaded.event.name));
    await rememberInterpreter(memory, loaded, words);
  }
  return { ...script, loaded: withInterpreter(loaded, words) };
}

async function askWords(name: string): Promise<string> {
  const title = l10n.t('What runs “{0}”?', name);
  const other = { label: `$(edit) ${l10n.t('Other Command…')}` };
  const known = KNOWN_COMMANDS.map((label) => ({ label }));
  const chosen = await pickOne([...known, other], {
    title,
    placeholder: l10n.t('Choose a command; it is remembered for this script'),
  });
  if (chosen !== other) return chosen.label;
  return await askText({
    title,
    prompt: l10n.t('A command of the server, with its arguments'),
    placeholder: 'python3 -u',
    problem: (text) => (text.trim() === '' ? l10n.t('A command is needed') : undefined),
  });
}
