import { l10n, type TextDocument, window } from 'vscode';
import { CroniumError, Stopped } from '../../domain/errors.ts';
import { noticeText } from '../plain-text.ts';
import { runSettings } from './settings.ts';

/**
 * Does with changes that are not saved what the setting says: lets them be, saves them, or asks. What has changes afterwards
 * runs with them. Throws `Stopped` when the person gives up.
 */
export async function settleChanges(documents: readonly TextDocument[]): Promise<void> {
  // A text without a file has nothing else to run.
  const changed = documents.filter(({ isDirty, isUntitled }) => isDirty && !isUntitled);
  const [first] = changed;
  if (!first) return;
  const { unsaved } = runSettings(first.uri);
  if (unsaved === 'editor') return;
  if (unsaved === 'ask' && (await ask(changed)) === 'editor') return;
  for (const document of changed) await save(document);
}

async function ask(documents: readonly TextDocument[]): Promise<'editor' | 'save'> {
  const save = l10n.t('Save and Run');
  const run = l10n.t('Run without Saving');
  const names = noticeText(documents.map(nameOf).join(', '));
  const message = l10n.t('There are changes that are not saved: {0}', names);
  const answer = await window.showWarningMessage(message, { modal: true }, save, run);
  if (answer === undefined) throw new Stopped('user');
  return answer === save ? 'save' : 'editor';
}

async function save(document: TextDocument): Promise<void> {
  if (await document.save()) return;
  throw new CroniumError('script/save', l10n.t('Cannot run "{0}": it could not be saved', nameOf(document)));
}

function nameOf({ uri }: TextDocument): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
