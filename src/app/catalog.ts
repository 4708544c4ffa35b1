import { readFile } from 'node:fs/promises';
import { CroniumError, sentence } from '../domain/errors.ts';
import { selectServers } from '../domain/selection.ts';
import { LOCAL, type Server } from '../domain/server.ts';
import type { SeenServer } from '../store/servers.ts';
import { type Configuration, readConfiguration, readSettingsServers } from '../workspace/configuration.ts';
import type { Deployment, KnownServer } from './cronium.ts';
import type { HostSettings } from './host.ts';
import type { ServerStates } from './server-states.ts';

export interface CatalogDeps {
  readonly configFile: string;
  readonly settings?: (() => HostSettings) | undefined;
  /** The concrete `Host` names of the user's SSH configuration. */
  listAliases(): Promise<readonly string[]>;
}

/** The servers that a person can name without an address, each with who names it, and the groups of them. */
export interface Catalog {
  readonly servers: readonly Pick<KnownServer, 'server' | 'origin'>[];
  readonly groups: Configuration['groups'];
}

/**
 * What reads who is there: `local`, the servers of the shell's settings, those of the configuration file, SSH aliases; of two with the
 * same name the first counts. Throws `CroniumError` `config/…`: a run on half of the servers that its author meant is worse than
 * none.
 */
export function openCatalog(deps: CatalogDeps): () => Promise<Catalog> {
  const readUser = openUserConfiguration(deps.configFile);
  return () => readCatalog(deps, readUser);
}

async function readCatalog(deps: CatalogDeps, readUser: () => Promise<OwnConfiguration>): Promise<Catalog> {
  const settings = readSettings(deps.settings?.() ?? {});
  const [configuration, aliases] = await Promise.all([readUser(), deps.listAliases()]);
  const named = new Map<string, Catalog['servers'][number]>();
  const add = (origin: KnownServer['origin'], servers: readonly Server[]): void => {
    for (const server of servers) if (!named.has(server.name)) named.set(server.name, { server, origin });
  };
  add('local', [LOCAL]);
  add('settings', settings.servers);
  add('configuration', configuration.servers);
  add(
    'ssh',
    aliases.map((alias) => ({ name: alias, kind: 'ssh', address: alias, tags: [] })),
  );
  return { servers: [...named.values()], groups: { ...configuration.groups, ...settings.groups } };
}

/** The servers that the selectors name. Throws `CroniumError` `server/…` when one names nothing. */
export function chooseServers(selectors: readonly string[], catalog: Catalog): Server[] {
  const servers = catalog.servers.map(({ server }) => server);
  return protect(selectServers(selectors, servers, catalog.groups), catalog);
}

/** What the names of these servers mean now: the machine behind one may have moved, or be protected since. */
export function renewServers(servers: readonly Server[], catalog: Catalog): Server[] {
  const named = new Map(catalog.servers.map(({ server }) => [server.name, server]));
  return protect(
    servers.map((server) => named.get(server.name) ?? server),
    catalog,
  );
}

/** By its address typed out, or by another name, a server is no less protected than by its own. */
function protect(chosen: readonly Server[], { servers }: Catalog): Server[] {
  const addresses = new Set(servers.flatMap(({ server }) => (server.isProtected ? [server.address] : [])));
  return chosen.map((server) => (addresses.has(server.address) ? { ...server, isProtected: true } : server));
}

/** The servers with what is known of each. */
export function describeServers(
  { servers }: Catalog,
  known: {
    readonly seen: readonly SeenServer[];
    readonly deployments: readonly Deployment[];
    readonly states: ServerStates;
  },
): KnownServer[] {
  const seen = new Map(known.seen.map((each) => [each.server.name, each]));
  const active = known.deployments.filter(({ state }) => state === 'active');
  const runners = new Map(active.map((each) => [each.server, each]));
  return servers.map(({ server, origin }) => {
    const facts = seen.get(server.name);
    const runner = runners.get(server.name);
    return {
      ...{ server, origin },
      ...known.states.of(server.name),
      ...(facts ? { platform: facts.platform, seenAt: facts.at } : {}),
      ...(runner ? { runner } : {}),
    };
  });
}

type OwnConfiguration = Pick<Configuration, 'servers' | 'groups'>;

function readSettings(settings: HostSettings): OwnConfiguration {
  const { problems, ...found } = readSettingsServers(settings.servers, settings.groups);
  if (problems.length === 0) return found;
  const lines = problems.map(({ message }) => `  ${message}`);
  throw new CroniumError('settings/servers', `Cannot use the servers of your settings:\n${lines.join('\n')}`);
}

/** A text is taken apart once: with a thousand servers that takes longer than all else of a plan. */
function openUserConfiguration(file: string): () => Promise<OwnConfiguration> {
  let known: { readonly text: string; readonly configuration: OwnConfiguration } | undefined;
  return async () => {
    const text = await readUserConfiguration(file);
    if (text === undefined) return { servers: [], groups: {} };
    if (known?.text !== text) known = { text, configuration: parseUserConfiguration(file, text) };
    return known.configuration;
  };
}

/** Undefined where there is none. */
async function readUserConfiguration(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CroniumError('config/read', `Cannot read the configuration "${file}": ${sentence(cause)}`, { cause });
  }
}

function parseUserConfiguration(file: string, text: string): OwnConfiguration {
  const { configuration, problems } = readConfiguration(file, text);
  if (problems.length === 0) return configuration;
  const lines = problems.map(({ line, column, message }) => `  ${file}:${line}:${column}  ${message}`);
  throw new CroniumError('config/invalid', `Cannot use the configuration "${file}":\n${lines.join('\n')}`);
}
