import { l10n, window } from 'vscode';
import { Stopped } from '../../../domain/errors.ts';
import type { RememberedSecrets } from '../../host/secrets.ts';
import { lineText } from '../../plain-text.ts';
import { sayInPassing } from './say.ts';

/** "Forget Remembered Secrets": shows what is remembered (never a secret itself), forgets what is chosen. */
export async function forgetSecrets(remembered: RememberedSecrets): Promise<void> {
  const subjects = await remembered.subjects();
  if (subjects.length === 0) {
    void window.showInformationMessage(l10n.t('No password, passphrase or secret of an event is remembered'));
    return;
  }
  const items = [...subjects].sort().map((subject) => ({ subject, label: describe(subject), picked: true }));
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Forget Remembered Secrets'),
    placeHolder: l10n.t('Choose what to forget'),
    canPickMany: true,
  });
  if (!chosen || chosen.length === 0) throw new Stopped('user');
  for (const { subject } of chosen) await remembered.forget(subject);
  const [first] = chosen;
  sayInPassing(
    first && chosen.length === 1 ? l10n.t('Forgot: {0}', first.label) : l10n.t('Forgot {0} of them', chosen.length),
  );
}

function describe(subject: string): string {
  const [kind, ...rest] = subject.split(' ');
  const what = lineText(rest.join(' '));
  if (kind === 'secret') return l10n.t('Secret {0}', what);
  return kind === 'passphrase' ? l10n.t('Passphrase of {0}', what) : l10n.t('Password of {0}', what);
}
