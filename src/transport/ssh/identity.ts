import type { ParsedKey } from 'ssh2';
import { openAgent } from './agent.ts';
import type { KeyFile, KeyFiles } from './key-file.ts';
import { fingerprint } from './known-hosts.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { keyId, type Unlocking, unlock } from './unlock.ts';

/** A key that may let us in. */
export interface Identity {
  /** For messages. */
  readonly label: string;
  readonly publicKey: ParsedKey;
  /**
   * The key signs without asking anybody and is likely to be the right one: it is sent signed, without first asking the server
   * whether it would take it.
   */
  readonly signsAtOnce: boolean;
  /** Throws when the key cannot be used after all. */
  sign(data: Buffer, hash: 'sha256' | 'sha512' | undefined): Promise<Buffer>;
}

/** The keys to offer to one host, in order, and what was left out. */
export interface Identities {
  readonly identities: readonly Identity[];
  /** The first of them, if it let us in last time and signs without asking anybody. */
  readonly known?: Identity;
  /** Sentences without a capital for the message when nobody lets us in. */
  readonly notes: readonly string[];
}

export interface IdentityDeps {
  readonly keyFiles: KeyFiles;
  /** The fingerprint of the key that let us in last time: it comes first. */
  readonly accepted?: string;
  /** Runs around each signature of the agent, which may ask its owner first. */
  readonly whileSigning: <T>(work: () => Promise<T>) => Promise<T>;
  /** Opens encrypted keys; absent when nobody is there to ask. */
  readonly unlocking?: Unlocking;
}

// sshd ends a connection at the sixth refusal (MaxAuthTries), whatever would have come next.
const MAX_OFFERS = 6;

/**
 * Collects the keys for `host`: those of the agent that the configuration names, then named files, the agent's others, the
 * default files, and at last the encrypted ones; in front of them all the one that let us in last time. A server counts every
 * offer, so the likely ones come first and the agent's others leave room for the files.
 */
export async function collectIdentities(host: ResolvedHost, deps: IdentityDeps): Promise<Identities> {
  if (!host.authentication.includes('publickey')) return { identities: [], notes: [] };
  const [agent, files] = await Promise.all([
    host.agentSocket === undefined ? undefined : openAgent(host.agentSocket),
    Promise.all(host.identityFiles.map(deps.keyFiles.read)),
  ]);
  const notes = [
    ...files.flatMap((file) => fileNote(file, host, deps)),
    ...(await Promise.all(files.map((file) => certificateNote(file, deps.keyFiles)))).flat(),
    ...(agent?.notes ?? []),
  ];

  const ofFiles = files.flatMap((file) => fileIdentity(file, deps));
  const configured = new Set(files.flatMap(publicKeyOf).map(keyId));
  const agentKeys = agent?.keys ?? [];
  const inAgent = agentKeys.filter((key) => configured.has(keyId(key)));
  const isKnown = (key: ParsedKey) => deps.accepted === fingerprint(key.getPublicSSH());
  const unnamed = host.identitiesOnly ? [] : agentKeys.filter((key) => !configured.has(keyId(key)));
  const others = [...unnamed.filter(isKnown), ...unnamed.filter((key) => !isKnown(key))];
  const held = new Set(inAgent.map(keyId));
  const rest = ofFiles.filter((identity) => !held.has(keyId(identity.publicKey)));
  const plain = rest.filter((identity) => identity.signsAtOnce);
  const encrypted = rest.filter((identity) => !identity.signsAtOnce);

  const room = Math.max(1, MAX_OFFERS - inAgent.length - rest.length);
  if (others.length > room) {
    notes.push(
      `only ${room} of the ${others.length} other keys of the agent were tried, name the right one with IdentityFile`,
    );
  }
  const ofAgent = (key: ParsedKey, signsAtOnce: boolean): Identity => ({
    label: `"${key.comment || key.type}" of the agent`,
    publicKey: key,
    signsAtOnce,
    sign: (data, hash) =>
      deps.whileSigning(async () => {
        if (agent === undefined) throw new Error('the agent is gone');
        return agent.sign(key, data, hash);
      }),
  });
  const offered = [
    ...inAgent.map((key) => ofAgent(key, true)),
    ...(host.identityFilesAreNamed ? plain : []),
    ...others.slice(0, room).map((key) => ofAgent(key, agentKeys.length === 1 || isKnown(key))),
    ...(host.identityFilesAreNamed ? [] : plain),
    ...encrypted,
  ];
  const allowed = unique(offered).filter((identity) => isAllowed(identity.publicKey, host));
  const known = allowed.find((identity) => identity.signsAtOnce && isKnown(identity.publicKey));
  const ordered = known === undefined ? allowed : [known, ...allowed.filter((identity) => identity !== known)];
  return { identities: ordered.slice(0, MAX_OFFERS), ...(known === undefined ? {} : { known }), notes };
}

function fileIdentity(file: KeyFile, deps: IdentityDeps): readonly Identity[] {
  const label = `"${file.path}"`;
  switch (file.kind) {
    case 'private':
      return [openIdentity(label, file.key)];
    case 'encrypted': {
      const { unlocking } = deps;
      if (unlocking === undefined) return [];
      const opened = unlocking.unlocked.get(keyId(file.publicKey));
      if (opened !== undefined) return [openIdentity(label, opened)];
      // Asked for once the server has said that it takes the key.
      const sign: Identity['sign'] = async (data, hash) => signWith(await unlock(file, unlocking), data, hash);
      return [{ label, publicKey: file.publicKey, signsAtOnce: false, sign }];
    }
    case 'public':
    case 'missing':
    case 'unusable':
      return [];
    default:
      return file satisfies never;
  }
}

function openIdentity(label: string, key: ParsedKey): Identity {
  return { label, publicKey: key, signsAtOnce: true, sign: async (data, hash) => signWith(key, data, hash) };
}

function fileNote(file: KeyFile, host: ResolvedHost, deps: IdentityDeps): readonly string[] {
  switch (file.kind) {
    case 'unusable':
      return [`"${file.path}" was left out because ${file.reason}`];
    case 'missing':
      return host.identityFilesAreNamed ? [`"${file.path}" does not exist`] : [];
    case 'encrypted':
      return deps.unlocking === undefined
        ? [`"${file.path}" needs its passphrase and nobody is there to ask, add it to the agent with "ssh-add"`]
        : [];
    default:
      return [];
  }
}

/** OpenSSH offers a certificate that lies beside its key, without being told. */
async function certificateNote(file: KeyFile, keyFiles: KeyFiles): Promise<readonly string[]> {
  if (file.kind === 'missing' || file.kind === 'unusable') return [];
  const certificate = await keyFiles.certificate(file.path);
  return certificate === undefined ? [] : [`"${certificate}" was left out because certificates are not supported`];
}

function signWith(key: ParsedKey, data: Buffer, hash: 'sha256' | 'sha512' | undefined): Buffer {
  const signature: Buffer | Error = key.sign(data, hash);
  if (signature instanceof Error) throw signature;
  return signature;
}

function publicKeyOf(file: KeyFile): readonly ParsedKey[] {
  if (file.kind === 'private' || file.kind === 'public') return [file.key];
  return file.kind === 'encrypted' ? [file.publicKey] : [];
}

function unique(identities: readonly Identity[]): readonly Identity[] {
  const seen = new Map(identities.toReversed().map((identity) => [keyId(identity.publicKey), identity]));
  return identities.filter((identity) => seen.get(keyId(identity.publicKey)) === identity);
}

function isAllowed(key: ParsedKey, host: ResolvedHost): boolean {
  const names: readonly string[] = key.type === 'ssh-rsa' ? ['rsa-sha2-256', 'rsa-sha2-512'] : [key.type];
  return host.publicKeyAlgorithms.length === 0 || names.some((name) => host.publicKeyAlgorithms.includes(name));
}
