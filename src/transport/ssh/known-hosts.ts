import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What `known_hosts` files say. */
export interface KnownHosts {
  /** The lines for the host that `known_hosts` would call `name`, in order. */
  find(name: string): readonly KnownHost[];
}

/** One usable line of a `known_hosts` file. */
export interface KnownHost {
  readonly file: string;
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** The first field: patterns with commas between, or one hashed name. */
  readonly names: string;
  readonly keyType: string;
  /** The key as the server sends it. */
  readonly key: Buffer;
}

/** What the files say about a key that a server showed. */
export type HostKeyVerdict =
  | { readonly kind: 'match' }
  | { readonly kind: 'revoked'; readonly entry: KnownHost }
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  /** `knownTypes` are the types of other keys of this host; `authority` says that only a certificate would be trusted. */
  | { readonly kind: 'unknown'; readonly knownTypes: readonly string[]; readonly authority?: KnownHost };

/**
 * The lines of one file that can be understood; others are skipped, as ssh does. A line is looked into when it may be meant: each of
 * a thousand servers asks for its own.
 */
export function parseKnownHosts(text: string, file: string): KnownHosts {
  const lines = text.split('\n');
  const plain = new Map<string, number[]>();
  /** Lines for which a name has to be tried: patterns, hashes, and those with a marker. */
  const others: number[] = [];
  for (const [index, line] of lines.entries()) {
    const first = /^\s*([^\s#]\S*)/.exec(line)?.[1]?.toLowerCase();
    if (first === undefined) continue;
    if (/^[@|]|[*?!]/.test(first)) {
      others.push(index);
      continue;
    }
    for (const name of new Set(first.split(','))) {
      const known = plain.get(name);
      if (known) known.push(index);
      else plain.set(name, [index]);
    }
  }
  const found = new Map<string, readonly KnownHost[]>();
  const look = (name: string): readonly KnownHost[] =>
    [...(plain.get(name) ?? []), ...others]
      .sort((one, other) => one - other)
      .flatMap((index) => parseLine(lines[index]?.trim() ?? '', file, index + 1) ?? [])
      .filter((entry) => matchesName(entry.names, name));
  return {
    find: (name) => {
      const known = found.get(name) ?? look(name);
      found.set(name, known);
      return known;
    },
  };
}

/** The lines of several files, one after the other. */
export function joinKnownHosts(files: readonly KnownHosts[]): KnownHosts {
  return { find: (name) => files.flatMap((file) => file.find(name)) };
}

/** Judges `key`, shown by the host that `known_hosts` would call `name`. */
export function judgeHostKey(known: KnownHosts, name: string, key: Buffer): HostKeyVerdict {
  const ours = known.find(name);
  const type = keyTypeOf(key);
  const revoked = ours.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const plain = ours.filter((entry) => entry.marker === undefined);
  if (plain.some((entry) => entry.key.equals(key))) return { kind: 'match' };
  const other = plain.find((entry) => entry.keyType === type);
  if (other !== undefined) return { kind: 'changed', entry: other };
  const authority = ours.find((entry) => entry.marker === 'cert-authority');
  const knownTypes = [...new Set(plain.map((entry) => entry.keyType))];
  return { kind: 'unknown', knownTypes, ...(authority === undefined ? {} : { authority }) };
}

/** The types of the keys that are known for `name`: a server asked for these first is recognised. */
export function knownKeyTypes(known: KnownHosts, name: string): readonly string[] {
  const ours = known.find(name).filter((entry) => entry.marker === undefined);
  return [...new Set(ours.map((entry) => entry.keyType))];
}

/** The name that `known_hosts` has for a host: `host`, or `[host]:port` when the port is not 22. */
export function knownHostsName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** A line for `known_hosts`, without its end. */
export function formatKnownHost(name: string, key: Buffer, options: { readonly hashed: boolean }): string {
  const first = options.hashed ? hashName(name, randomBytes(20)) : name;
  return `${first} ${keyTypeOf(key)} ${key.toString('base64')}`;
}

/** `SHA256:…`, as `ssh` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a key itself names: its first string. Empty when it has none. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length <= 64 && key.length >= 4 + length ? key.toString('latin1', 4, 4 + length) : '';
}

function parseLine(line: string, file: string, number: number): KnownHost | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const fields = line.split(/[ \t]+/);
  let marker: KnownHost['marker'];
  if (fields[0]?.startsWith('@')) {
    const name = fields.shift()?.slice(1);
    if (name !== 'revoked' && name !== 'cert-authority') return undefined;
    marker = name;
  }
  const [names, keyType, encoded] = fields;
  if (names === undefined || keyType === undefined || encoded === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  // The type is written twice; a line that contradicts itself is damaged.
  if (keyTypeOf(key) !== keyType) return undefined;
  return { file, line: number, marker, names, keyType, key };
}

function matchesName(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  let isMatch = false;
  for (const pattern of names.toLowerCase().split(',')) {
    const isNegated = pattern.startsWith('!');
    if (!matchesPattern(isNegated ? pattern.slice(1) : pattern, name)) continue;
    if (isNegated) return false;
    isMatch = true;
  }
  return isMatch;
}

function matchesHash(names: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = names.split('|');
  if (version !== '1') return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function hashName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** `*` and `?` by hand: a pattern from a file must not become a regular expression that takes for ever. */
export function matchesPattern(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    const letter = pattern[inPattern];
    if (letter === '*') {
      star = inPattern;
      starText = inText;
      inPattern += 1;
    } else if (letter === '?' || letter === text[inText]) {
      inPattern += 1;
      inText += 1;
    } else if (star !== -1) {
      starText += 1;
      inText = starText;
      inPattern = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
