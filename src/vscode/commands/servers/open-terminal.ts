import { env, l10n, ThemeIcon, window } from 'vscode';
import type { LazyEngine } from '../../engine.ts';
import { placeSettings } from '../../host/settings.ts';
import { assertTrusted } from '../../host/trust.ts';
import { lineText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { chooseServers } from './choose-servers.ts';
import { nameServers, sayInPassing } from './say.ts';
import { sshArguments, sshCommandLine } from './ssh-command.ts';

interface Deps {
  readonly engine: LazyEngine;
}

/** "Open Terminal": the system's own `ssh` to the same server, with the same configuration; a plain terminal for this machine. */
export async function openTerminal(rows: readonly Row[], deps: Deps): Promise<void> {
  assertTrusted();
  const choice = { placeholder: l10n.t('Choose the server to open a terminal on'), count: 'one' } as const;
  for (const server of await chooseServers(rows, deps, choice)) {
    const name = lineText(server.name);
    const iconPath = new ThemeIcon('server');
    const terminal =
      server.kind === 'local'
        ? window.createTerminal({ name, iconPath })
        : window.createTerminal({
            name,
            iconPath,
            shellPath: 'ssh',
            shellArgs: sshArguments(server, { configFile: placeSettings().sshConfigFile }),
          });
    terminal.show();
  }
}

/** "Copy Name": as selectors take it. */
export async function copyServerName(rows: readonly Row[], deps: Deps): Promise<void> {
  const choice = { placeholder: l10n.t('Choose the servers whose names to copy'), count: 'many' } as const;
  const servers = await chooseServers(rows, deps, choice);
  await env.clipboard.writeText(servers.map(({ name }) => name).join(', '));
  sayInPassing(l10n.t('Copied {0}', nameServers(servers)));
}

/** "Copy SSH Command": a line for a shell, one for each server. */
export async function copySshCommand(rows: readonly Row[], deps: Deps): Promise<void> {
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers whose command to copy'),
    count: 'many',
    isOffered: ({ server }) => server.kind === 'ssh',
  });
  const { sshConfigFile: configFile } = placeSettings();
  const lines = servers.filter(({ kind }) => kind === 'ssh').map((server) => sshCommandLine(server, { configFile }));
  await env.clipboard.writeText(lines.join('\n'));
  const [line = ''] = lines;
  sayInPassing(lines.length === 1 ? l10n.t('Copied {0}', line) : l10n.t('Copied {0} commands', lines.length));
}
