import { l10n, window } from 'vscode';
import type { Cleaned, Inventory } from '../../../app/cronium.ts';
import { Stopped } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';
import { VIEWS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import { eachServer, throwFailures } from './each-server.ts';
import { describeItems } from './inventory-text.ts';
import { nameServers, sayInPassing, sayTogether } from './say.ts';

/** "Clean Server": shows what of ours is there, removes it if the person agrees, and says what went and what stays. */
export async function cleanServer(
  servers: readonly Server[],
  { engine }: { readonly engine: LazyEngine },
): Promise<void> {
  assertTrusted();
  const cronium = await engine.get();
  const found = await withProgress(
    l10n.t('Looking through {0}', nameServers(servers)),
    (signal) => eachServer(servers, (server) => cronium.inventory(server, { signal }), { signal }),
    { view: VIEWS.servers },
  );
  const full = found.done.filter(({ value }) => value.items.some(({ isInUse }) => !isInUse));
  if (full.length > 0) {
    await confirm(full);
    const there = full.map(({ server }) => server);
    const cleaned = await withProgress(
      l10n.t('Cleaning {0}', nameServers(there)),
      (signal) => eachServer(there, (server) => cronium.clean(server, { signal }), { signal }),
      { view: VIEWS.servers },
    );
    sayTogether(
      cleaned.done.map(({ server, value }) => describe(server, value)),
      l10n.t('Cleaned {0} servers', cleaned.done.length),
    );
    throwFailures(cleaned, 'clean');
  } else if (found.done.length > 0) {
    sayInPassing(l10n.t('Nothing to remove from {0}', nameServers(found.done.map(({ server }) => server))));
  }
  throwFailures(found, 'look through');
}

async function confirm(found: readonly { readonly server: Server; readonly value: Inventory }[]): Promise<void> {
  const clean = l10n.t('Clean');
  const message = l10n.t('Remove what Cronium keeps on {0}?', nameServers(found.map(({ server }) => server)));
  const detail = found.map(({ server, value }) => {
    const goes = describeItems(value.items.filter(({ isInUse }) => !isInUse));
    const stays = describeItems(value.items.filter(({ isInUse }) => isInUse));
    return [
      l10n.t('{0}, in {1}', lineText(server.name), lineText(value.base)),
      l10n.t('Goes: {0}', goes),
      ...(stays === '' ? [] : [l10n.t('Stays, as a running job needs it: {0}', stays)]),
    ].join('\n');
  });
  const note = l10n.t('Logs of runs that this machine has stay here. The next run brings the runner again.');
  const options = { modal: true, detail: [...detail, note].join('\n\n') };
  const chosen = await window.showWarningMessage(noticeText(message), options, clean);
  if (chosen !== clean) throw new Stopped('user');
}

function describe({ name }: Server, { items, kept }: Cleaned): string {
  const removed = describeItems(items);
  const stays = describeItems(kept);
  const gone =
    removed === ''
      ? l10n.t('Nothing was removed from {0}', lineText(name))
      : l10n.t('Removed from {0}: {1}', lineText(name), removed);
  return stays === '' ? gone : `${gone}; ${l10n.t('in use and kept: {0}', stays)}`;
}
