import type { ParsedKey } from 'ssh2';
import { decryptKey, type KeyFile } from './key-file.ts';

/** How encrypted keys are opened. */
export interface Unlocking {
  /** What this process has opened, by `keyId`: a person types a passphrase once, however many servers take the key. */
  readonly unlocked: Map<string, ParsedKey>;
  /** Runs `work` when it is its turn with the person. */
  inTurn<T>(work: (passphrases: Passphrases) => Promise<T>): Promise<T>;
}

export interface Passphrases {
  /** `undefined` when the person gives up. `attempt` counts the wrong answers before. */
  ask(path: string, attempt: number): Promise<string | undefined>;
  tried(path: string, found: 'accepted' | 'refused'): void;
}

const TRIES = 3;

/** Opens an encrypted key with its passphrase. Throws a sentence without a capital when that cannot be done. */
export function unlock(
  { path, text, publicKey }: Extract<KeyFile, { kind: 'encrypted' }>,
  { unlocked, inTurn }: Unlocking,
): Promise<ParsedKey> {
  return inTurn(async ({ ask, tried }) => {
    const id = keyId(publicKey);
    // Another login may have opened it while this one waited for its turn.
    const opened = unlocked.get(id);
    if (opened !== undefined) return opened;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const passphrase = await ask(path, attempt);
      if (passphrase === undefined) throw new Error(`no passphrase was given for "${path}"`);
      const key = decryptKey(text, passphrase);
      tried(path, key === undefined ? 'refused' : 'accepted');
      if (key === undefined) continue;
      unlocked.set(id, key);
      return key;
    }
    throw new Error(`the passphrase of "${path}" was wrong ${TRIES} times`);
  });
}

/** What tells keys apart: their public half. */
export function keyId(key: ParsedKey): string {
  return key.getPublicSSH().toString('base64');
}
