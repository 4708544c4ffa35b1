import { l10n, window } from 'vscode';
import { Stopped } from '../../../domain/errors.ts';
import type { RunPlan } from '../../../domain/run.ts';
import { lineText, noticeText } from '../../plain-text.ts';

/** Asks before a run on servers that are protected, whatever starts the run. Throws `Stopped` unless the person agrees. */
export async function confirmProtected({ eventName, jobs, trigger }: RunPlan): Promise<void> {
  const named = jobs.filter(({ server }) => server.isProtected).map(({ server }) => lineText(server.name));
  if (named.length === 0) return;
  const others = jobs.length - named.length;
  const message =
    named.length === 1
      ? l10n.t('Run “{0}” on the protected server {1}?', noticeText(eventName), named[0] ?? '')
      : l10n.t('Run “{0}” on {1} protected servers?', noticeText(eventName), named.length);
  const detail = [
    ...(named.length === 1 ? [] : [named.join(', ')]),
    ...(others === 1 ? [l10n.t('It runs on one more server, which is not protected.')] : []),
    ...(others > 1 ? [l10n.t('It runs on {0} more servers, which are not protected.', others)] : []),
    ...(trigger === 'save' ? [l10n.t('The run was started by a save.')] : []),
    ...(trigger === 'task' ? [l10n.t('The run was started by a task.')] : []),
  ].join('\n\n');
  const run = l10n.t('Run');
  const chosen = await window.showWarningMessage(message, { modal: true, detail }, run);
  if (chosen !== run) throw new Stopped('user');
}
