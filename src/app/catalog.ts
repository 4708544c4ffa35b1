import { readFile } from 'node:fs/promises';
import { CroniumError, sentence } from '../domain/errors.ts';
import { selectServers } from '../domain/selection.ts';
import { LOCAL, type Server } from '../domain/server.ts';
import { type Configuration, readConfiguration } from '../workspace/configuration.ts';

export interface CatalogDeps {
  readonly configFile: string;
  /** The concrete `Host` names of the user's SSH configuration. */
  listAliases(): Promise<readonly string[]>;
}

/** The servers that a person can name without an address: `local`, those of the configuration file, SSH aliases. */
export async function listServers(deps: CatalogDeps): Promise<Server[]> {
  return (await readCatalog(deps)).servers;
}

/** The servers that the selectors name. Throws `CroniumError` `server/…` when one names nothing. */
export async function chooseServers(selectors: readonly string[], deps: CatalogDeps): Promise<Server[]> {
  const { servers, groups } = await readCatalog(deps);
  return selectServers(selectors, servers, groups);
}

async function readCatalog(deps: CatalogDeps): Promise<{ servers: Server[]; groups: Configuration['groups'] }> {
  const [configuration, aliases] = await Promise.all([readUserConfiguration(deps.configFile), deps.listAliases()]);
  const named = new Map<string, Server>([[LOCAL.name, LOCAL]]);
  for (const server of configuration.servers) named.set(server.name, server);
  for (const alias of aliases) {
    if (!named.has(alias)) named.set(alias, { name: alias, kind: 'ssh', address: alias, tags: [] });
  }
  return { servers: [...named.values()], groups: configuration.groups };
}

/** A wrong configuration stops: a run on half of the servers that its author meant is worse than none. */
async function readUserConfiguration(file: string): Promise<Configuration> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { servers: [], groups: {} };
    throw new CroniumError('config/read', `Cannot read the configuration "${file}": ${sentence(cause)}`, { cause });
  }
  const { configuration, problems } = readConfiguration(file, content);
  if (problems.length === 0) return configuration;
  const lines = problems.map(({ line, column, message }) => `  ${file}:${line}:${column}  ${message}`);
  throw new CroniumError('config/invalid', `Cannot use the configuration "${file}":\n${lines.join('\n')}`);
}
