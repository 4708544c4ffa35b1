import type { PrivateProtocol, Privates } from './protocol.ts';

/** What may stand in front of a server's identification, together with it; RFC 4253 sets no limit, and nobody needs this much. */
const MAX_GREETING_BYTES = 64 * 1024;

/**
 * Hands the beginning of the connection to ssh2 in one piece: of a greeting that comes in more than two pieces, as on a slow line,
 * ssh2 1.17.0 forgets all between the first and the last.
 */
export function gatherGreeting({ protocol }: Privates): void {
  const parseGreeting = protocol._parse;
  let held: Buffer = Buffer.alloc(0);
  const gather = function (this: PrivateProtocol, chunk: Buffer, from: number, to: number): number {
    const before = held.length;
    held = Buffer.concat([held, chunk.subarray(from, to)]);
    this._buffer = undefined;
    const parsed = parseGreeting.call(this, held, 0, held.length);
    if (this._parse === gather && held.length > MAX_GREETING_BYTES) throw new Error('Max greeting size exceeded');
    return from + parsed - before;
  };
  protocol._parse = gather;
}
