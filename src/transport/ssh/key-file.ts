import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { isOutOfFiles } from '../../base/out-of-files.ts';
import { Recent } from '../../base/recent.ts';
import { connectError } from './errors.ts';

/** What stands in an identity file. */
export type KeyFile =
  | { readonly kind: 'private'; readonly path: string; readonly key: ParsedKey }
  | { readonly kind: 'encrypted'; readonly path: string; readonly text: Buffer; readonly publicKey: ParsedKey }
  /** Only the public half: the private one is in the agent. */
  | { readonly kind: 'public'; readonly path: string; readonly key: ParsedKey }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unusable'; readonly path: string; readonly reason: string };

// The largest RSA keys in use take 13 KB.
const MAX_KEY_BYTES = 128 * 1024;

/** A run connects to all of its servers at once, mostly with the same key; reading it costs more than what is signed with it. */
const BELIEVED_MS = 500;

/** The identity files of one process, each looked at twice a second at most. */
export interface KeyFiles {
  /** Never asks for a passphrase. Rejects when no file can be opened any more. */
  read(path: string): Promise<KeyFile>;
  /** The path of the certificate beside a key file, if there is one: `ssh` would offer it. */
  certificate(path: string): Promise<string | undefined>;
}

export function openKeyFiles(): KeyFiles {
  const files = new Recent({ ms: BELIEVED_MS, find: readKeyFile });
  const certificates = new Recent({ ms: BELIEVED_MS, find: findCertificate });
  return { read: (path) => files.of(path), certificate: (path) => certificates.of(path) };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  const unusable = (reason: string): KeyFile => ({ kind: 'unusable', path, reason });
  let text: Buffer;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_KEY_BYTES) return unusable('it is not a key file');
    text = await readFile(path);
    const isOpen = process.platform !== 'win32' && found.uid === process.getuid?.() && (found.mode & 0o077) !== 0;
    if (isOpen && text.includes('PRIVATE KEY')) return unusable('others can read it, ssh asks for mode 0600');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The key is as good as it was.
    if (isOutOfFiles(error))
      throw connectError('connect/config', `Cannot read the key "${path}": ${error.message}`, { cause: error });
    // With the private half in the agent alone, the public one may still lie beside the name.
    const publicKey = await readPublicHalf(path);
    if (publicKey !== undefined) return { kind: 'public', path, key: publicKey };
    return 'code' in error && error.code === 'ENOENT' ? { kind: 'missing', path } : unusable(error.message);
  }
  const parsed = parse(text);
  if (!(parsed instanceof Error)) {
    return { kind: parsed.isPrivateKey() ? 'private' : 'public', path, key: parsed };
  }
  if (!/encrypted|passphrase/i.test(parsed.message)) return unusable(reasonOf(parsed, text));
  const publicKey = publicHalf(text) ?? (await readPublicHalf(path));
  if (publicKey === undefined) return unusable(`it is encrypted and "${path}.pub" is missing`);
  return { kind: 'encrypted', path, text, publicKey };
}

async function findCertificate(path: string): Promise<string | undefined> {
  const certificate = `${path.replace(/\.pub$/, '')}-cert.pub`;
  try {
    return (await stat(certificate)).isFile() ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** The private key of an encrypted file, or `undefined` when the passphrase is wrong. */
export function decryptKey(text: Buffer, passphrase: string): ParsedKey | undefined {
  const parsed = parse(text, passphrase);
  return parsed instanceof Error || !parsed.isPrivateKey() ? undefined : parsed;
}

function parse(text: Buffer, passphrase?: string): ParsedKey | Error {
  const parsed: ParsedKey | Error | readonly ParsedKey[] = ssh2.utils.parseKey(text, passphrase);
  if (parsed instanceof Error || !Array.isArray(parsed)) return parsed as ParsedKey | Error;
  return parsed[0] ?? new Error('it holds no key');
}

function reasonOf(error: Error, text: Buffer): string {
  return text.includes('sk-ssh-') || /_sk$|sk-/.test(error.message)
    ? 'keys on security devices are not supported'
    : 'its format is not supported';
}

async function readPublicHalf(path: string): Promise<ParsedKey | undefined> {
  try {
    const parsed = parse(await readFile(`${path}.pub`));
    return parsed instanceof Error ? undefined : parsed;
  } catch {
    return undefined;
  }
}

const MAGIC = 'openssh-key-v1\0';

/** An encrypted key in OpenSSH's own format shows its public half in clear. */
function publicHalf(text: Buffer): ParsedKey | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text.toString('latin1'))?.[1];
  if (body === undefined) return undefined;
  const raw = Buffer.from(body, 'base64');
  if (raw.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  try {
    let at = MAGIC.length;
    // Cipher, key derivation and its options, then the number of keys.
    for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + raw.readUInt32BE(at);
    at += 4;
    const parsed = parse(raw.subarray(at + 4, at + 4 + raw.readUInt32BE(at)));
    return parsed instanceof Error ? undefined : parsed;
  } catch {
    return undefined;
  }
}
