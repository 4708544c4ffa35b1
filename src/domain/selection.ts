import { CroniumError } from './errors.ts';
import { LOCAL, type Server } from './server.ts';

interface Scope {
  readonly catalog: readonly Server[];
  /** By name: a group may name every one of a thousand. */
  readonly named: ReadonlyMap<string, Server>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** The groups that are being opened, outermost first. */
  readonly opened: readonly string[];
  /** Whether a wildcard or a tag that matches nothing is an error. */
  readonly missing: 'throw' | 'ignore';
}

/** How many names a message lists before it says "and 12 more". */
const LISTED_NAMES = 10;

/**
 * Finds the servers that selectors name, in the order of their first mention: names, wildcards (`web-*`, `web?`), `@tag` or
 * `@group`, and `!` before any of these to leave servers out, wherever it stands. Commas separate selectors in one text. A name
 * that is in no catalog is an SSH address as typed. No wildcard selects this machine: `local` has to be named.
 */
export function selectServers(
  selectors: readonly string[],
  catalog: readonly Server[],
  groups: Readonly<Record<string, readonly string[]>>,
): Server[] {
  const named = new Map<string, Server>();
  for (const server of catalog) if (!named.has(server.name)) named.set(server.name, server);
  return select(selectors, { catalog, named, groups, opened: [], missing: 'throw' });
}

/** Says whether a text can name a server or be its address: `host`, `user@host:port`, nothing that `ssh` or a shell could misread. */
export function isServerName(text: string): boolean {
  if (!/^[^\s'"`$\\;&|<>(){}*?!,\x00-\x1f\x7f]+$/.test(text)) return false;
  // Every part that reaches a command line on its own.
  return [text, text.slice(text.lastIndexOf('@') + 1)].every((part) => part !== '' && !/^[-@]/.test(part));
}

function select(selectors: readonly string[], scope: Scope): Server[] {
  const terms = selectors
    .flatMap((selector) => selector.split(','))
    .map((term) => term.trim())
    .filter((term) => term !== '');
  const wanted = terms.filter((term) => !term.startsWith('!'));
  if (scope.missing === 'throw') requireSomething(terms, wanted);

  const selected = new Map<string, Server>();
  for (const term of wanted) {
    for (const server of find(term, scope)) if (!selected.has(server.name)) selected.set(server.name, server);
  }
  for (const term of terms.filter((each) => each.startsWith('!'))) {
    const isExcluded = exclusion(term.slice(1).trim(), scope);
    for (const server of selected.values()) if (isExcluded(server)) selected.delete(server.name);
  }
  if (selected.size === 0 && scope.missing === 'throw') {
    throw new CroniumError('server/none', `Cannot select servers by ${quoted(terms)}: every match is excluded`);
  }
  return [...selected.values()];
}

function requireSomething(terms: readonly string[], wanted: readonly string[]): void {
  if (terms.length === 0) throw new CroniumError('server/none', 'Cannot select servers: none is named');
  if (wanted.length > 0) return;
  throw new CroniumError(
    'server/selector',
    `Cannot select servers by ${quoted(terms)}: exclusions alone select nothing; name what they are taken from, such as "*"`,
  );
}

function find(term: string, scope: Scope): readonly Server[] {
  if (term.startsWith('@')) return findTagged(term, scope);
  if (/[*?]/.test(term)) {
    const matches = scope.catalog.filter((server) => server.kind !== 'local' && matchesWildcard(server.name, term));
    if (matches.length > 0 || scope.missing === 'ignore') return matches;
    const names = scope.catalog.filter((server) => server.kind !== 'local').map((server) => server.name);
    throw new CroniumError('server/unknown', `No server matches "${term}": ${listed(names, 'servers')}`);
  }
  const known = scope.named.get(term);
  if (known) return [known];
  if (term === LOCAL.name) return [LOCAL];
  if (!isServerName(term)) {
    throw new CroniumError(
      'server/name',
      `Cannot use "${term}" as a server: a name or an address such as "deploy@web1.example.com:22" is needed`,
    );
  }
  return [{ name: term, kind: 'ssh', address: term, tags: [] }];
}

function findTagged(term: string, scope: Scope): readonly Server[] {
  const name = term.slice(1);
  const tagged = scope.catalog.filter((server) => server.tags.includes(name));
  const group = Object.hasOwn(scope.groups, name) ? scope.groups[name] : undefined;
  if (group) {
    if (scope.opened.includes(name)) {
      const circle = [...scope.opened, name].map((each) => `@${each}`).join(' → ');
      throw new CroniumError('server/group', `Cannot open the group "${term}": it contains itself (${circle})`);
    }
    return [...tagged, ...select(group, { ...scope, opened: [...scope.opened, name] })];
  }
  if (tagged.length > 0 || scope.missing === 'ignore') return tagged;
  const names = new Set([...scope.catalog.flatMap((server) => server.tags), ...Object.keys(scope.groups)]);
  const existing = [...names].map((each) => `@${each}`);
  throw new CroniumError(
    'server/unknown',
    `No tag or group is called "${term}": ${listed(existing, 'tags or groups')}`,
  );
}

function exclusion(term: string, scope: Scope): (server: Server) => boolean {
  if (term.startsWith('@')) {
    const names = new Set(findTagged(term, { ...scope, missing: 'ignore' }).map((server) => server.name));
    return (server) => names.has(server.name);
  }
  return (server) => matchesWildcard(server.name, term);
}

/** Matches in time proportional to the product of the lengths, whatever the stars. */
function matchesWildcard(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (next < pattern.length && pattern[next] !== '*' && (pattern[next] === '?' || pattern[next] === name[at])) {
      at++;
      next++;
    } else if (pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}

function listed(names: readonly string[], what: string): string {
  if (names.length === 0) return `there are no ${what}`;
  const more = names.length - LISTED_NAMES;
  return `there are ${names.slice(0, LISTED_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function quoted(terms: readonly string[]): string {
  return `"${terms.join(', ')}"`;
}
