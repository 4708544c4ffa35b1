import type { Duplex } from 'node:stream';
import ssh2, { type ParsedKey } from 'ssh2';
import { type ListedKey, listKeys } from './agent-list.ts';
import { keyTypeOf } from './known-hosts.ts';
import { printable } from './printable.ts';

/** The keys of the user's agent. */
export interface KeyAgent {
  readonly keys: readonly ParsedKey[];
  /** Why there are none, or which were left out: sentences without a capital. */
  readonly notes: readonly string[];
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
  let opened: Duplex | undefined;
  try {
    // Not by way of ssh2: it leaves out without a word what it cannot read.
    const listed = await within<readonly ListedKey[]>(LIST_TIMEOUT_MS, 'it did not answer', (done) => {
      agent.getStream?.((error, stream) => {
        if (stream === undefined) return done(error ?? undefined, undefined);
        opened = stream as Duplex;
        listKeys(opened).then(
          (keys) => done(undefined, keys),
          (cause) => done(cause, undefined),
        );
      });
    });
    const parsed = listed.map((key) => ({ ...key, key: parse(key) }));
    return {
      keys: parsed.flatMap(({ key }) => key ?? []),
      notes: parsed.filter(({ key }) => key === undefined).map(leftOut),
      sign,
    };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { keys: [], sign, notes: [`the agent at "${socketPath}" gave no keys (${found})`] };
  } finally {
    // One that hangs is not waited for by the program's end.
    opened?.destroy();
  }
}

function parse({ blob, comment }: ListedKey): ParsedKey | undefined {
  const key: ParsedKey | Error | readonly ParsedKey[] = ssh2.utils.parseKey(blob);
  const first = key instanceof Error || !Array.isArray(key) ? (key as ParsedKey | Error) : key[0];
  if (first === undefined || first instanceof Error) return undefined;
  first.comment ||= comment;
  return first;
}

function leftOut({ blob, comment }: ListedKey): string {
  const type = keyTypeOf(blob);
  const what = /-cert-/.test(type)
    ? 'certificates are'
    : type.startsWith('sk-')
      ? 'keys on security devices are'
      : `its type ${printable(type, { limit: 60 })} is`;
  return `"${printable(comment, { limit: 100 })}" of the agent was left out because ${what} not supported`;
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
