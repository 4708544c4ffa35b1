import { l10n, type TextEditor, window } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import { selectionEvent } from '../../event-key.ts';
import { type EditorScript, readDocument } from '../../host/documents.ts';
import { assertTrusted } from '../../host/trust.ts';
import { type RunDeps, runScript } from './run-script.ts';
import { selectedScript } from './selected-script.ts';

/** "Run Selection on Servers…": the selected text alone, with the interpreter of its script, on servers that the person picks. */
export async function runSelection(deps: RunDeps): Promise<void> {
  assertTrusted();
  const started = await runScript(await readSelection(window.activeTextEditor), { kind: 'ask' }, deps);
  await started.ended;
}

async function readSelection(editor: TextEditor | undefined): Promise<EditorScript> {
  const selected = editor?.selections.filter(({ isEmpty }) => !isEmpty) ?? [];
  if (!editor || selected.length === 0) {
    throw new CroniumError('script/selection', l10n.t('Cannot run the selection: no text is selected'));
  }
  const { document } = editor;
  const parts = [...selected]
    .sort((one, other) => one.start.compareTo(other.start))
    .map((range) => document.getText(range));
  const whole = document.getText();
  // What is selected runs as it stands in the editor, whatever becomes of changes that are not saved.
  const { loaded } = await readDocument(document, whole);
  const text = selectedScript(whole, parts);
  return { loaded: { ...loaded, event: selectionEvent(loaded.event) }, text };
}
