import { l10n, window } from 'vscode';
import type { KnownServer } from '../../../app/cronium.ts';
import { CroniumError, Stopped } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';
import type { LazyEngine } from '../../engine.ts';
import { lineText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { serverNames } from './server-targets.ts';

export interface Choice {
  readonly placeholder: string;
  readonly count: 'one' | 'many';
  isOffered?(known: KnownServer): boolean;
}

/** The servers that rows stand for; without rows those that the person chooses. Throws `Stopped` when they give up. */
export async function chooseServers(
  rows: readonly Row[],
  { engine }: { readonly engine: LazyEngine },
  { placeholder, count, isOffered = () => true }: Choice,
): Promise<readonly Server[]> {
  const cronium = await engine.get();
  const names = serverNames(rows);
  if (names.length > 0) return await cronium.selectServers(names);
  const offered = (await cronium.knownServers()).filter(isOffered);
  if (offered.length === 0) throw new CroniumError('server/none', l10n.t('There is no such server'));
  const items = offered.map(({ server }) => ({
    server,
    label: lineText(server.name),
    description: server.address === server.name ? '' : lineText(server.address),
  }));
  const options = { placeHolder: placeholder, matchOnDescription: true };
  const chosen =
    count === 'many'
      ? await window.showQuickPick(items, { ...options, canPickMany: true })
      : await window.showQuickPick(items, options);
  const servers = chosen === undefined ? [] : Array.isArray(chosen) ? chosen : [chosen];
  if (servers.length === 0) throw new Stopped('user');
  return servers.map(({ server }) => server);
}
