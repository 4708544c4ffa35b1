import type { KnownServer } from '../../../app/cronium.ts';
import { CroniumError, sentence } from '../../../domain/errors.ts';
import { selectServers } from '../../../domain/selection.ts';
import type { Server } from '../../../domain/server.ts';
import { lineText } from '../../plain-text.ts';

/** The servers and groups that a person can choose from. */
export interface ServerCatalog {
  readonly servers: readonly KnownServer[];
  /** Names without `@`, with their selectors. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** One line of the list: a server, or a group or tag. */
export interface ServerItem {
  /** What is chosen with it: `web1`, `@staging`. */
  readonly selector: string;
  readonly label: string;
  readonly description: string;
  readonly section: 'machine' | 'groups' | 'servers' | 'typed';
}

/** Servers that a title names. */
const NAMED_SERVERS = 4;

/** Servers that are connected to while the person chooses: more are rarely chosen, and each is a login. */
const MAX_WARM = 16;

/** The lines of the list; `typed`: selectors that are in no catalog, such as an address of a header. */
export function serverItems(catalog: ServerCatalog, typed: readonly string[]): ServerItem[] {
  const known = catalog.servers.map(({ server }) => server);
  const names = new Set(known.map(({ name }) => name));
  const line = (server: Server): ServerItem => ({
    selector: server.name,
    label: lineText(server.name),
    description: describeServer(server),
    section: server.kind === 'local' ? 'machine' : 'servers',
  });
  return [
    ...known.filter(({ kind }) => kind === 'local').map(line),
    ...groupItems(catalog),
    ...known.filter(({ kind }) => kind !== 'local').map(line),
    ...typed
      .filter((selector) => !names.has(selector) && !selector.startsWith('@'))
      .map((selector) => ({
        selector,
        label: lineText(selector),
        description: '',
        section: 'typed' as const,
      })),
  ];
}

/**
 * The lines that a choice of before ticks: its names and groups as they are; what is written with wildcards or exclusions stands
 * for the servers that it means now. A choice that means nothing any more ticks nothing.
 */
export function tickedBy(selectors: readonly string[], catalog: ServerCatalog): string[] {
  const groups = new Set(groupItems(catalog).map(({ selector }) => selector));
  const terms = selectors
    .flatMap((selector) => selector.split(','))
    .map((term) => term.trim())
    .filter((term) => term !== '');
  if (!terms.some((term) => /[*?!]/.test(term))) {
    return terms.filter((term) => !term.startsWith('@') || groups.has(term));
  }
  return resolve(terms, catalog)?.map(({ name }) => name) ?? [];
}

/** The servers that a choice means, for a title; or why it means none. */
export function describeChoice(selectors: readonly string[], catalog: ServerCatalog): string {
  if (selectors.length === 0) return '';
  try {
    const names = select(selectors, catalog).map(({ name }) => lineText(name));
    if (names.length <= NAMED_SERVERS) return names.join(', ');
    return `${names.slice(0, NAMED_SERVERS).join(', ')} and ${names.length - NAMED_SERVERS} more`;
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    return lineText(sentence(error));
  }
}

/** The servers to connect to while the person chooses: what is ticked, then what answered before, the latest first. */
export function serversToWarm(ticked: readonly string[], catalog: ServerCatalog): Server[] {
  const chosen = resolve(ticked, catalog) ?? [];
  const seen = catalog.servers
    .filter(({ seenAt }) => seenAt !== undefined)
    .sort((one, other) => (other.seenAt ?? 0) - (one.seenAt ?? 0))
    .map(({ server }) => server);
  const all = new Map([...chosen, ...seen].map((server) => [server.name, server]));
  // This machine needs no connection.
  return [...all.values()].filter(({ kind }) => kind !== 'local').slice(0, MAX_WARM);
}

/** The servers that a choice means; undefined when it means none. */
export function resolve(selectors: readonly string[], catalog: ServerCatalog): readonly Server[] | undefined {
  try {
    return selectors.length === 0 ? undefined : select(selectors, catalog);
  } catch (error) {
    if (error instanceof CroniumError) return undefined;
    throw error;
  }
}

function select(selectors: readonly string[], { servers, groups }: ServerCatalog): Server[] {
  return selectServers(
    selectors,
    servers.map(({ server }) => server),
    groups,
  );
}

/** Groups and tags; one name may be both. */
function groupItems(catalog: ServerCatalog): ServerItem[] {
  const tags = catalog.servers.flatMap(({ server }) => server.tags);
  const names = [...new Set([...Object.keys(catalog.groups), ...tags])].sort();
  return names.map((name) => {
    const selector = `@${name}`;
    return {
      selector,
      label: lineText(selector),
      description: describeChoice([selector], catalog),
      section: 'groups' as const,
    };
  });
}

function describeServer({ name, kind, address, tags, isProtected }: Server): string {
  return [
    ...(kind === 'local' ? ['this machine'] : address === name ? [] : [lineText(address)]),
    ...tags.map((tag) => `@${lineText(tag)}`),
    ...(isProtected ? ['protected'] : []),
  ].join(' · ');
}
