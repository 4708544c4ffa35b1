import ssh2, { type ParsedKey } from 'ssh2';

/** The keys of the user's agent. */
export interface KeyAgent {
  readonly keys: readonly ParsedKey[];
  /** Why there are none, when that is worth telling. */
  readonly problem?: string;
  sign(key: ParsedKey, data: Buffer, hash: 'sha256' | 'sha512' | undefined): Promise<Buffer>;
}

const LIST_TIMEOUT_MS = 5_000;
// An agent may ask its owner to confirm.
const SIGN_TIMEOUT_MS = 60_000;

/** Asks the agent at `socketPath` for its keys. An agent that is not there has none; the user may have others. */
export async function openAgent(socketPath: string): Promise<KeyAgent> {
  const agent = ssh2.createAgent(socketPath);
  const sign: KeyAgent['sign'] = (key, data, hash) =>
    within(SIGN_TIMEOUT_MS, 'it did not sign', (done) =>
      agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) =>
        done(error ?? undefined, signature as Buffer | undefined),
      ),
    );
  try {
    const keys = await within<readonly ParsedKey[]>(LIST_TIMEOUT_MS, 'it did not answer', (done) =>
      agent.getIdentities((error, found) => done(error ?? undefined, found?.filter(isParsedKey))),
    );
    return { keys, sign };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { keys: [], sign, problem: `the agent at "${socketPath}" gave no keys (${found})` };
  }
}

function within<T>(
  limitMs: number,
  otherwise: string,
  act: (done: (error: Error | undefined, value: T | undefined) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${otherwise} within ${limitMs / 1000} s`)), limitMs);
    act((error, value) => {
      clearTimeout(timer);
      if (value === undefined) reject(error ?? new Error('no answer'));
      else resolve(value);
    });
  });
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key;
}
