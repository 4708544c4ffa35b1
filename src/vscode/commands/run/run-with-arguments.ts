import { l10n } from 'vscode';
import { sentence } from '../../../domain/errors.ts';
import type { ScriptEvent } from '../../../domain/event.ts';
import { MEMORY_KEYS } from '../../contributions.ts';
import { eventKey } from '../../event-key.ts';
import { askText } from '../../host/steps.ts';
import { assertTrusted } from '../../host/trust.ts';
import { readObject, withEntry } from '../../memory.ts';
import { lineText } from '../../plain-text.ts';
import { formatArguments, parseArguments } from './argument-line.ts';
import { runEach } from './run-each.ts';
import { type RunDeps, runScript } from './run-script.ts';
import type { Source } from './sources.ts';

/** Scripts whose last arguments are remembered. */
const MAX_LINES = 100;

/** "Run with Arguments…": with arguments in place of the event's. */
export async function runWithArguments(sources: readonly Source[], deps: RunDeps): Promise<void> {
  assertTrusted();
  await runEach(sources, async (read) => {
    const script = await read();
    const args = await askArguments(script.loaded.event, deps);
    return await runScript(script, { kind: 'event' }, deps, { args });
  });
}

async function askArguments(event: ScriptEvent, { memory, prompts }: RunDeps): Promise<readonly string[]> {
  // A login that asks meanwhile waits: a second input would close this one.
  using _held = prompts.hold();
  const key = eventKey(event);
  const lines = readObject(memory, MEMORY_KEYS.argumentLines);
  const last = Object.hasOwn(lines, key) ? lines[key] : undefined;
  const line = await askText({
    title: l10n.t('Run “{0}”', lineText(event.name)),
    prompt: l10n.t('Arguments, as in a shell: quotes keep spaces together, nothing else is special'),
    placeholder: '--force "release notes.md"',
    value: typeof last === 'string' ? last : formatArguments(event.args),
    problem: problemOf,
  });
  await memory.update(MEMORY_KEYS.argumentLines, withEntry(lines, [key, line], MAX_LINES));
  return parseArguments(line);
}

function problemOf(line: string): string | undefined {
  try {
    parseArguments(line);
    return undefined;
  } catch (error) {
    return lineText(sentence(error));
  }
}
