import { commands, env, l10n, Position, Range, Uri, window } from 'vscode';
import { type CroniumError, HostKeyChangedError } from '../../../domain/errors.ts';
import { COMMANDS } from '../../contributions.ts';
import type { ErrorAction } from '../../error-actions.ts';
import { placeSettings } from '../../host/settings.ts';
import { openSshConfig } from './open-ssh-config.ts';
import { sayInPassing } from './say.ts';

/** What a person can do about a server that cannot be reached. Nothing here trusts a key that has changed. */
export function connectActions(error: CroniumError): readonly ErrorAction[] {
  if (error instanceof HostKeyChangedError) return hostKeyActions(error);
  switch (error.code) {
    case 'connect/denied':
    case 'connect/config':
      return [{ label: l10n.t('Open SSH Config'), do: () => openSshConfig(placeSettings().sshConfigFile) }];
    case 'connect/unresolved':
      return [
        { label: l10n.t('Add Server…'), do: async () => void (await commands.executeCommand(COMMANDS.addServer)) },
        { label: l10n.t('Open SSH Config'), do: () => openSshConfig(placeSettings().sshConfigFile) },
      ];
    default:
      return [];
  }
}

function hostKeyActions({ file, line, remedy }: HostKeyChangedError): readonly ErrorAction[] {
  const at = new Position(line - 1, 0);
  return [
    {
      label: l10n.t('Copy ssh-keygen Command'),
      do: async () => {
        await env.clipboard.writeText(remedy);
        sayInPassing(l10n.t('Copied {0}', remedy));
      },
    },
    {
      label: l10n.t('Open known_hosts'),
      do: async () => void (await window.showTextDocument(Uri.file(file), { selection: new Range(at, at) })),
    },
  ];
}
