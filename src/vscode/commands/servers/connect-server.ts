import { l10n } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import { VIEWS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import { withProgress } from '../../progress.ts';
import type { Row } from '../../views/row.ts';
import { chooseServers } from './choose-servers.ts';
import { eachServer, throwFailures } from './each-server.ts';
import { nameServers, sayInPassing } from './say.ts';

/** "Connect": opens the connections that runs will use. */
export async function connectServer(rows: readonly Row[], deps: { readonly engine: LazyEngine }): Promise<void> {
  assertTrusted();
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers to connect to'),
    count: 'many',
    isOffered: ({ state }) => state !== 'connected',
  });
  const cronium = await deps.engine.get();
  const results = await withProgress(
    l10n.t('Connecting to {0}', nameServers(servers)),
    (signal) => eachServer(servers, (server) => cronium.connect(server, { signal }), { signal }),
    { view: VIEWS.servers },
  );
  if (results.done.length > 0) {
    sayInPassing(l10n.t('Connected to {0}', nameServers(results.done.map(({ server }) => server))));
  }
  throwFailures(results, 'connect to');
}

/** "Disconnect": closes connections that no run of this window uses. */
export async function disconnectServer(rows: readonly Row[], deps: { readonly engine: LazyEngine }): Promise<void> {
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers to disconnect from'),
    count: 'many',
    isOffered: ({ state }) => state === 'connected',
  });
  const cronium = await deps.engine.get();
  const { signal } = new AbortController();
  const results = await eachServer(servers, (server) => cronium.disconnect(server), { signal });
  const busy = results.done.filter(({ value }) => !value).map(({ server }) => server);
  if (busy.length > 0) {
    throw new CroniumError(
      'servers/busy',
      l10n.t('Cannot disconnect from {0}: a run of this window goes on there', nameServers(busy)),
    );
  }
  throwFailures(results, 'disconnect from');
}
