import type { Duplex } from 'node:stream';

/** A key of an agent, as the agent tells it. */
export interface ListedKey {
  /** The public half, or a certificate. */
  readonly blob: Buffer;
  readonly comment: string;
}

// A message of the agent protocol is a length, then a type and its fields.
const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);
const IDENTITIES_ANSWER = 12;
// OpenSSH's own limit.
const MAX_ANSWER_BYTES = 256 * 1024;

/** Asks an agent for its keys over a fresh connection to it, which is closed then. Rejects when the answer is none. */
export async function listKeys(stream: Duplex): Promise<readonly ListedKey[]> {
  stream.on('error', () => {});
  try {
    stream.write(REQUEST_IDENTITIES);
    let received = Buffer.alloc(0);
    for await (const chunk of stream) {
      received = Buffer.concat([received, chunk as Buffer]);
      const length = received.length < 4 ? 0 : received.readUInt32BE(0);
      if (length > MAX_ANSWER_BYTES) break;
      if (received.length >= 4 && received.length >= 4 + length) return parseAnswer(received.subarray(4, 4 + length));
    }
    throw new Error('its answer has no end');
  } finally {
    stream.destroy();
  }
}

function parseAnswer(answer: Buffer): readonly ListedKey[] {
  if (answer[0] !== IDENTITIES_ANSWER) throw new Error('it refused to list its keys');
  let at = 1;
  const take = (length: number): Buffer => {
    at += length;
    if (at > answer.length) throw new Error('its answer is damaged');
    return answer.subarray(at - length, at);
  };
  const field = (): Buffer => take(take(4).readUInt32BE());
  const keys: ListedKey[] = [];
  for (let left = take(4).readUInt32BE(); left > 0; left -= 1)
    keys.push({ blob: field(), comment: field().toString() });
  return keys;
}
