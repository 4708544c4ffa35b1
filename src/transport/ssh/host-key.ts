import { HostKeyChangedError, sentence } from '../../domain/errors.ts';
import type { Prompts } from '../transport.ts';
import { connectError } from './errors.ts';
import { keyBits } from './key-bits.ts';
import { fingerprint, judgeHostKey, type KnownHosts, keyTypeOf, knownHostsName, knownKeyTypes } from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { randomart } from './randomart.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';
import type { Turns } from './turns.ts';

/** Decides whether a host is the one that we know. One per connection. */
export interface HostKeyCheck {
  /** The key types to ask the server for first. */
  readonly knownTypes: readonly string[];
  /** Resolves when `key` may be trusted, throws otherwise. May ask a person. */
  verify(key: Buffer, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Writes down a key that was accepted without a person. To be called once the server has proven that it owns the key. */
  remember(): Promise<void>;
}

export interface HostKeyDeps {
  /** What the person calls the server. */
  readonly server: string;
  readonly prompts: Prompts;
  readonly turns: Turns;
  readonly knownHosts: KnownHostsFiles;
  readonly log: (message: string) => void;
  /** Runs while a person is asked, around the asking. */
  readonly whileAsking: <T>(work: () => Promise<T>) => Promise<T>;
}

export async function openHostKeyCheck(host: ResolvedHost, deps: HostKeyDeps): Promise<HostKeyCheck> {
  const files = [...host.userKnownHostsFiles, ...host.globalKnownHostsFiles];
  const name = host.hostKeyAlias?.toLowerCase() ?? knownHostsName(host.hostname, host.port);
  const known = await deps.knownHosts.read(files);
  const file = host.userKnownHostsFiles[0];
  let accepted: Buffer | undefined;

  const write = async (key: Buffer, into: string) => {
    try {
      await deps.knownHosts.add(into, { name, key }, { hashed: host.hashKnownHosts });
    } catch (error) {
      // The key is trusted all the same, as with ssh: next time the question comes again.
      deps.log(`Cannot add the host key of ${describeHost(host)} to "${into}": ${sentence(error)}`);
    }
  };

  const ask = async (key: Buffer, signal: AbortSignal): Promise<void> => {
    const { confirmHostKey } = deps.prompts;
    if (confirmHostKey === undefined || host.batchMode || file === undefined) throw unknownError(host, key, file);
    return deps.whileAsking(() =>
      deps.turns.take(
        async () => {
          // Another connection to the same host may have been answered while this one waited for its turn.
          const now = judge(await deps.knownHosts.read(files), host, name, key);
          if (now.kind === 'match') return;
          if (now.kind !== 'unknown') throw refusal(host, name, key, now);
          const question = {
            server: deps.server,
            host: name,
            keyType: keyTypeOf(key),
            fingerprint: fingerprint(key),
            randomart: randomart(key),
            file,
            knownTypes: now.knownTypes,
          };
          if (!(await confirmHostKey(question, { signal }))) {
            throw connectError(
              'connect/hostkey-unknown',
              `Cannot connect to ${describeHost(host)}: its host key ${fingerprint(key)} was not accepted`,
            );
          }
          // Written down at once, so that who waits for the next turn is not asked again.
          await write(key, file);
        },
        { signal },
      ),
    );
  };

  return {
    knownTypes: knownKeyTypes(known, name),
    verify: async (key, { signal }) => {
      checkSize(host, key);
      const verdict = judge(known, host, name, key);
      if (verdict.kind === 'match') return;
      if (verdict.kind !== 'unknown') throw refusal(host, name, key, verdict);
      const isLenient = host.strictHostKeyChecking === 'accept-new' || host.strictHostKeyChecking === 'no';
      // A known host that suddenly has a key of another type may be somebody else: that takes a person.
      if (isLenient && verdict.knownTypes.length === 0) {
        accepted = key;
        return;
      }
      if (host.strictHostKeyChecking === 'yes') throw unknownError(host, key, file);
      await ask(key, signal);
    },
    remember: async () => {
      if (accepted !== undefined && file !== undefined) await write(accepted, file);
    },
  };
}

type Refused = Exclude<ReturnType<typeof judgeHostKey>, { kind: 'match' | 'unknown' }>;

/** As ssh does: a host on an unusual port may also be known by its name alone. */
function judge(known: KnownHosts, host: ResolvedHost, name: string, key: Buffer) {
  const verdict = judgeHostKey(known, name, key);
  if (verdict.kind !== 'unknown' || host.hostKeyAlias !== undefined || host.port === 22) return verdict;
  const byName = judgeHostKey(known, host.hostname.toLowerCase(), key);
  return byName.kind === 'match' || byName.kind === 'revoked' ? byName : verdict;
}

function refusal(host: ResolvedHost, name: string, key: Buffer, { kind, entry }: Refused): Error {
  const cannot = `Cannot connect to ${describeHost(host)}`;
  const place = `line ${entry.line} of "${entry.file}"`;
  switch (kind) {
    case 'revoked':
      return connectError(
        'connect/hostkey-revoked',
        `${cannot}: its host key ${fingerprint(key)} is revoked by ${place}`,
      );
    case 'changed': {
      // As `ssh` itself advises.
      const remedy = `ssh-keygen -f ${quoted(entry.file)} -R ${quoted(name)}`;
      return new HostKeyChangedError(
        `${cannot}: its ${keyTypeOf(key)} host key has changed, it shows ${fingerprint(key)} but ${place} has ` +
          `${fingerprint(entry.key)}; if the server was really set up anew, remove the old key with ${remedy} and connect again`,
        { ...entry, remedy },
      );
    }
    default:
      return kind satisfies never;
  }
}

/** As one word of a command line, whatever the shell; only where a name asks for more, of a POSIX shell. */
function quoted(word: string): string {
  return /["$`\\!]/.test(word) && process.platform !== 'win32' ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}

function unknownError(host: ResolvedHost, key: Buffer, file: string | undefined): Error {
  const place = file === undefined ? 'no known_hosts file is configured' : `it is not in "${file}"`;
  return connectError(
    'connect/hostkey-unknown',
    `Cannot connect to ${describeHost(host)}: its ${keyTypeOf(key)} host key ${fingerprint(key)} is unknown, ${place}; ` +
      `connect once with "ssh ${host.name}" and accept it there, or set "StrictHostKeyChecking accept-new" for this host`,
  );
}

function checkSize(host: ResolvedHost, key: Buffer): void {
  if (keyTypeOf(key) !== 'ssh-rsa') return;
  const bits = keyBits(key);
  if (bits >= host.minimumRsaBits) return;
  throw connectError(
    'connect/algorithms',
    `Cannot connect to ${describeHost(host)}: its RSA host key has ${bits} bits, RequiredRSASize asks for ${host.minimumRsaBits}`,
  );
}
