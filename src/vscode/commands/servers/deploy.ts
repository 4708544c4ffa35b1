import { l10n, window } from 'vscode';
import type { Cronium, Deployment } from '../../../app/cronium.ts';
import { CroniumError, Stopped } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';
import { VIEWS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import type { Row } from '../../views/row.ts';
import { chooseServers } from './choose-servers.ts';
import { eachServer, type Results, throwFailures } from './each-server.ts';
import { nameServers, say, sayTogether } from './say.ts';
import { type Version, versions } from './server-targets.ts';

interface Deps {
  readonly engine: LazyEngine;
}

/** "Deploy Runner" and "Redeploy": puts the runner of this version on servers anew. */
export async function deployRunner(rows: readonly Row[], deps: Deps): Promise<void> {
  assertTrusted();
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers to put the runner on'),
    count: 'many',
  });
  const cronium = await deps.engine.get();
  const results = await withProgress(
    l10n.t('Deploying the runner to {0}', nameServers(servers)),
    (signal) => eachServer(servers, (server) => cronium.deploy(server, { signal }), { signal }),
    { view: VIEWS.deployments },
  );
  const [first] = results.done;
  if (first) {
    const there = nameServers(results.done.map(({ server }) => server));
    say(l10n.t('Runner {0} is on {1}', lineText(first.value.version), there));
  }
  throwFailures(results, 'deploy the runner to');
}

/** "Roll Back": uses a version that is on the server from before. */
export async function rollBack(rows: readonly Row[], deps: Deps): Promise<void> {
  assertTrusted();
  const chosen = await chooseVersions(rows, deps, ({ state }) => state === 'idle');
  const results = await onEach(chosen, deps, {
    title: (servers) => l10n.t('Rolling back {0}', servers),
    work: (cronium, server, { sha256 }, signal) => cronium.rollBack(server, sha256, { signal }),
  });
  sayTogether(
    results.done.map(({ server, value }) =>
      l10n.t('{0} uses runner {1} now, until one is deployed anew', lineText(server.name), lineText(value.version)),
    ),
    l10n.t('Rolled back {0} servers', results.done.length),
  );
  throwFailures(results, 'roll back');
}

/** "Remove from Server": removes versions from their servers. */
export async function removeDeployment(rows: readonly Row[], deps: Deps): Promise<void> {
  assertTrusted();
  const chosen = await chooseVersions(rows, deps, () => true);
  const remove = l10n.t('Remove');
  const [first] = chosen;
  const message =
    first && chosen.length === 1
      ? l10n.t('Remove runner {0} from {1}?', lineText(first.version), lineText(first.server))
      : l10n.t('Remove {0} runners from their servers?', chosen.length);
  const detail = l10n.t('A run brings the runner again when it needs it.');
  const answer = await window.showWarningMessage(noticeText(message), { modal: true, detail }, remove);
  if (answer !== remove) throw new Stopped('user');
  const results = await onEach(chosen, deps, {
    title: (servers) => l10n.t('Removing the runner from {0}', servers),
    work: async (cronium, server, { sha256 }, signal) => await cronium.removeRunner(server, sha256, { signal }),
  });
  if (results.done.length > 0) {
    say(l10n.t('Removed from {0}', nameServers(results.done.map(({ server }) => server))));
  }
  throwFailures(results, 'remove the runner from');
}

/** The versions that rows stand for; without rows the one that the person chooses. */
async function chooseVersions(
  rows: readonly Row[],
  { engine }: Deps,
  isOffered: (deployment: Deployment) => boolean,
): Promise<readonly Deployment[]> {
  const known = (await engine.get()).deployments();
  const named = versions(rows);
  const isNamed = ({ server, sha256 }: Deployment): boolean =>
    named.some((version) => version.server === server && version.sha256 === sha256);
  if (named.length > 0) return known.filter(isNamed);
  const offered = known.filter(isOffered);
  if (offered.length === 0) throw new CroniumError('deploy/none', l10n.t('There is no such version on any server'));
  const items = offered.map((deployment) => ({
    deployment,
    label: lineText(deployment.server),
    description: `${lineText(deployment.version)} · ${deployment.state}`,
  }));
  const chosen = await window.showQuickPick(items, { placeHolder: l10n.t('Choose a version') });
  if (!chosen) throw new Stopped('user');
  return [chosen.deployment];
}

interface Work<T> {
  title(servers: string): string;
  work(cronium: Cronium, server: Server, version: Version, signal: AbortSignal): Promise<T>;
}

/** Versions of one server one after the other, servers beside each other. */
async function onEach<T>(chosen: readonly Version[], { engine }: Deps, { title, work }: Work<T>): Promise<Results<T>> {
  const cronium = await engine.get();
  const byServer = Map.groupBy(chosen, ({ server }) => server);
  const servers = await cronium.selectServers([...byServer.keys()]);
  const workOn = async (server: Server, signal: AbortSignal): Promise<T[]> => {
    const done: T[] = [];
    for (const version of byServer.get(server.name) ?? []) done.push(await work(cronium, server, version, signal));
    return done;
  };
  const results = await withProgress(
    title(nameServers(servers)),
    (signal) => eachServer(servers, (server) => workOn(server, signal), { signal }),
    { view: VIEWS.deployments },
  );
  return {
    done: results.done.flatMap(({ server, value }) => value.map((each) => ({ server, value: each }))),
    failed: results.failed,
  };
}
