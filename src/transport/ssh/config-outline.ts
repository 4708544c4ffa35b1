import { readFile } from 'node:fs/promises';
import type { Address } from './address.ts';
import { type ConfigRoots, configRoots, expandInclude } from './config-files.ts';
import { matchesPattern } from './known-hosts.ts';

/**
 * A configuration that is simple enough to say of two servers, without asking `ssh`, that they are configured alike but for
 * their address: nothing in it depends on anything else than the name. Asking costs a process for each server.
 */
export interface ConfigOutline {
  /** Those that name one server each, by its name: a fleet has a thousand, and each server is looked up in them. */
  readonly single: ReadonlyMap<string, readonly Block[]>;
  readonly others: readonly Block[];
}

interface Block {
  /** Where it stands among all of them. */
  readonly index: number;
  /** The patterns of its `Host`; absent: it is for all. */
  readonly patterns?: readonly string[];
  readonly lines: readonly { readonly keyword: string; readonly value: string }[];
}

/** What servers are alike in, and the values in which each may differ from the others. */
export interface Likeness {
  /** The same for servers that `ssh -G` answers alike, but for `own`. */
  readonly key: string;
  /** Lines of `ssh -G` by their directive. */
  readonly own: ReadonlyMap<string, string>;
}

/** What each server of a fleet has of its own; the first value counts. */
const OWN = ['hostname', 'port', 'user', 'hostkeyalias'] as const;
const PLAIN: Readonly<Record<(typeof OWN)[number], RegExp>> = {
  hostname: /^[a-z0-9][a-z0-9._-]*$/,
  port: /^[1-9]\d{0,4}$/,
  user: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
  hostkeyalias: /^[a-z0-9][a-z0-9._-]*$/,
};
// As ssh itself; see config-files.ts.
const MAX_DEPTH = 16;
const MAX_FILES = 256;

/** Reads the user's and the system's configuration; `undefined` where it is not provably simple. */
export async function readOutline(roots: ConfigRoots): Promise<ConfigOutline | undefined> {
  const blocks: Block[] = [];
  let files = 0;
  const open = (patterns?: readonly string[]) => {
    const lines: { keyword: string; value: string }[] = [];
    const block = { index: blocks.length, lines, ...(patterns === undefined ? {} : { patterns }) };
    blocks.push(block);
    return block;
  };
  const read = async (path: string, base: string, depth: number): Promise<boolean> => {
    files += 1;
    if (depth > MAX_DEPTH || files > MAX_FILES) return false;
    const text = await readFile(path, 'utf8').catch(() => '');
    let block = open();
    for (const line of text.split('\n')) {
      const parsed = parseLine(line);
      if (parsed === 'nothing') continue;
      if (parsed === undefined) return false;
      const { keyword, value } = parsed;
      if (keyword === 'host') {
        if (!/^[!A-Za-z0-9._*?\s-]+$/.test(value)) return false;
        block = open(value.split(/\s+/));
      } else if (keyword === 'include') {
        // Inside a `Host` it would be for some servers only.
        if (block.patterns !== undefined || !/^(?!~[^/])[^"'\\#]+$/.test(value)) return false;
        for (const word of value.split(/\s+/)) {
          for (const included of await expandInclude(word, base, roots.homeDir)) {
            if (!(await read(included, base, depth + 1))) return false;
          }
        }
        block = open();
      } else if (keyword === 'match' || keyword.startsWith('canonical')) {
        return false;
      } else {
        block.lines.push({ keyword, value });
      }
    }
    return true;
  };
  for (const { file, base } of configRoots(roots)) if (!(await read(file, base, 0))) return undefined;
  const isSingle = ({ patterns }: Block) => patterns?.length === 1 && !/[!*?]/.test(patterns[0] ?? '');
  const single = Map.groupBy(blocks.filter(isSingle), ({ patterns }) => patterns?.[0] ?? '');
  return { single, others: blocks.filter((block) => !isSingle(block)) };
}

/** What the server at `address` shares with others; `undefined` where that cannot be told without asking. */
export function likeness(outline: ConfigOutline, address: Address): Likeness | undefined {
  const { host } = address;
  if (!PLAIN.hostname.test(host)) return undefined;
  const blocks = [...(outline.single.get(host) ?? []), ...outline.others.filter((block) => isFor(block, host))];
  const lines = blocks.sort((a, b) => a.index - b.index).flatMap((block) => block.lines);
  const shared = lines.filter(({ keyword }) => !OWN.some((name) => name === keyword));
  // Tokens and variables may stand for the address.
  if (shared.some(({ value }) => /[%$]/.test(value))) return undefined;
  const found = new Map<string, string>();
  for (const name of OWN) {
    const value = lines.find(({ keyword }) => keyword === name)?.value;
    if (value === undefined) continue;
    if (!PLAIN[name].test(value)) return undefined;
    found.set(name, value);
  }
  if (address.user !== undefined) found.set('user', address.user);
  if (address.port !== undefined) found.set('port', String(address.port));
  const own = new Map([['host', host], ['hostname', host], ...found]);
  // A jump host's own way is not the way of those behind it.
  const jumps = shared.filter(({ keyword }) => keyword === 'proxyjump').map(({ value }) => value);
  if (jumps.some((jump) => jump.includes(host) || jump.includes(own.get('hostname') ?? ''))) return undefined;
  const key = JSON.stringify([[...found.keys()].sort(), shared.map(({ keyword, value }) => `${keyword} ${value}`)]);
  return { key, own };
}

/** What `ssh -G` says of one server, said of another that is like it. */
export function adaptDirectives(
  directives: ReadonlyMap<string, readonly string[]>,
  { own }: Likeness,
): ReadonlyMap<string, readonly string[]> {
  return new Map([...directives, ...[...own].map(([name, value]) => [name, [value]] as const)]);
}

/** Whether `ssh -G` said of a server what was read of it: otherwise the outline is not what ssh reads. */
export function isConfirmed(directives: ReadonlyMap<string, readonly string[]>, { own }: Likeness): boolean {
  return [...own].every(
    ([name, value]) => (name === 'host' && !directives.has('host')) || directives.get(name)?.[0] === value,
  );
}

function isFor({ patterns }: Block, host: string): boolean {
  if (patterns === undefined) return true;
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), host))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, host));
}

function parseLine(line: string): { keyword: string; value: string } | 'nothing' | undefined {
  if (/^\s*(?:#.*)?$/.test(line)) return 'nothing';
  const match = /^\s*([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+)(\S.*?)\s*$/.exec(line);
  return match ? { keyword: (match[1] ?? '').toLowerCase(), value: match[2] ?? '' } : undefined;
}
