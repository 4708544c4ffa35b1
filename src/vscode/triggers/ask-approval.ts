import { commands, l10n, window } from 'vscode';
import type { ScriptEvent } from '../../domain/event.ts';
import { uriOf } from '../host/place.ts';
import { lineText, noticeText } from '../plain-text.ts';
import type { ApprovedTexts } from './approved-texts.ts';
import type { Word } from './questions.ts';
import { changesBetween, type Version } from './version.ts';

/** Servers that the question names. */
const NAMED_SERVERS = 5;

/**
 * Asks whether an event may run on save; `before` is what was approved last, and what is different now is said. Resolves with
 * `later` when the person does not want to decide.
 */
export async function askApproval(
  event: ScriptEvent,
  {
    now,
    before,
    texts,
  }: { readonly now: Version; readonly before: Version | undefined; readonly texts: ApprovedTexts },
): Promise<Word> {
  const [approve, showChanges, never] = [
    l10n.t('Approve and Run'),
    l10n.t('Show Changes'),
    l10n.t('Never for This Event'),
  ];
  const isComparable = before?.text !== undefined && before.text !== now.text;
  const buttons = isComparable ? [approve, showChanges, never] : [approve, never];
  for (;;) {
    const chosen = await window.showWarningMessage(questionOf(event, now, before), ...buttons);
    if (chosen === approve) return 'approve';
    if (chosen === never) return 'never';
    if (chosen !== showChanges || !before) return 'later';
    await commands.executeCommand(
      'vscode.diff',
      texts.uriOf(event, before),
      uriOf(event.script),
      l10n.t('{0}: approved ↔ now', lineText(event.name)),
    );
  }
}

function questionOf(event: ScriptEvent, now: Version, before: Version | undefined): string {
  const names = Object.keys(now.servers);
  const servers = names.slice(0, NAMED_SERVERS).join(', ');
  const on = names.length > NAMED_SERVERS ? l10n.t('{0} and {1} more', servers, names.length - NAMED_SERVERS) : servers;
  const question = l10n.t('Run on save: “{0}” wants to run on {1}', event.name, on);
  if (!before) return noticeText(question);
  const changes = changesBetween(before, now).join(', ');
  return noticeText(l10n.t('{0}. Changed since you approved it: {1}', question, changes));
}
