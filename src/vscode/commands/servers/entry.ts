import { CroniumError } from '../../../domain/errors.ts';
import { isServerName } from '../../../domain/selection.ts';
import { LOCAL } from '../../../domain/server.ts';
import { parseAddress } from '../../../transport/transport.ts';
import { isObject } from '../../memory.ts';

/** A server as a person describes it. */
export interface ServerDraft {
  readonly name: string;
  /** An alias of the SSH configuration, or `[user@]host[:port]`. */
  readonly address: string;
  readonly tags: readonly string[];
  readonly isProtected: boolean;
}

/** Names that are in use. */
export interface TakenNames {
  readonly settings: readonly string[];
  readonly aliases: readonly string[];
}

/** Why a text is no address; undefined when it is one. */
export function addressProblem(text: string): string | undefined {
  const address = text.trim();
  if (address === '') return 'An address such as deploy@web1.example.com:22 is needed';
  try {
    parseAddress(address);
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    // Who types sees what is wrong, and has not tried to connect.
    const found = error.message.replace(`Cannot connect to "${address}": `, '');
    return found.charAt(0).toUpperCase() + found.slice(1);
  }
  return isServerName(address) ? undefined : 'It holds a character that a server cannot have';
}

/** Why a server cannot be called so; undefined when it can. `address`: what it leads to, which may be an alias of that name. */
export function nameProblem(
  text: string,
  { taken, address }: { taken: TakenNames; address: string },
): string | undefined {
  const name = text.trim();
  if (name === '') return 'A name is needed';
  if (name === LOCAL.name) return `"${name}" is this machine`;
  if (!isServerName(name))
    return 'A name has no blanks, quotes, commas and wildcards, and does not begin with "-" or "@"';
  if (taken.settings.includes(name)) return `"${name}" is in your settings already`;
  if (name !== address && taken.aliases.includes(name)) return `"${name}" is a host of your SSH configuration already`;
  return undefined;
}

/** Why a text is no list of tags; undefined when it is one. */
export function tagsProblem(text: string): string | undefined {
  const bad = parseTags(text).find((tag) => !isServerName(tag));
  return bad === undefined ? undefined : `"${bad}" is no tag: a tag has no quotes and wildcards`;
}

/** `web @staging, eu` as its words. */
export function parseTags(text: string): string[] {
  const words = text.split(/[\s,]+/).map((word) => word.replace(/^@/, ''));
  return [...new Set(words.filter((word) => word !== ''))];
}

/** A short name for an address that nobody has yet. */
export function suggestName(address: string, taken: TakenNames): string {
  const { host } = parseAddress(address);
  const isNumeric = /^[\d.]+$|:/.test(host);
  const first = (isNumeric ? host.replaceAll(':', '.') : (host.split('.')[0] ?? host)).replace(/^[-@]+/, '');
  const isFree = (name: string): boolean => nameProblem(name, { taken, address }) === undefined;
  if (isFree(first)) return first;
  for (let number = 2; number < 1_000; number += 1) if (isFree(`${first}-${number}`)) return `${first}-${number}`;
  return '';
}

/** The servers of the settings by name. Throws `CroniumError` `settings/servers` when there is something else in their place. */
export function readEntries(settings: unknown): Readonly<Record<string, unknown>> {
  if (settings === undefined || settings === null) return {};
  if (isObject(settings)) return settings;
  throw new CroniumError(
    'settings/servers',
    'Cannot change the setting "cronium.servers": a map of names to servers was expected there',
  );
}

/** An entry of the settings; what is odd about it is left out. */
export function readDraft(name: string, entry: unknown): ServerDraft {
  if (typeof entry === 'string') return { name, address: entry, tags: [], isProtected: false };
  const { host, tags, protected: isProtected } = isObject(entry) ? entry : {};
  return {
    name,
    address: typeof host === 'string' ? host : name,
    tags:
      typeof tags === 'string'
        ? parseTags(tags)
        : Array.isArray(tags)
          ? tags.filter((tag) => typeof tag === 'string')
          : [],
    isProtected: isProtected === true,
  };
}

/** The settings with the server in them, in the place of `before` when that is the name it had. All others stay as they are. */
export function withServer(settings: unknown, draft: ServerDraft, before?: string): Readonly<Record<string, unknown>> {
  const entry = writeEntry(draft);
  const others = Object.entries(readEntries(settings)).filter(([name]) => name !== draft.name || name === before);
  const isThere = others.some(([name]) => name === before);
  const changed = others.map(([name, value]): [string, unknown] =>
    name === before ? [draft.name, entry] : [name, value],
  );
  return Object.fromEntries(isThere ? changed : [...changed, [draft.name, entry]]);
}

export function withoutServers(settings: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(readEntries(settings)).filter(([name]) => !names.includes(name)));
}

/** As short as it can be said: an alias stores nothing but what the SSH configuration does not have. */
function writeEntry({ name, address, tags, isProtected }: ServerDraft): unknown {
  const host = address === name ? {} : { host: address };
  if (tags.length === 0 && !isProtected) return address === name ? null : address;
  return { ...host, ...(tags.length > 0 ? { tags } : {}), ...(isProtected ? { protected: true } : {}) };
}
