import type { Duplex } from 'node:stream';
import type { LoopShare } from '../../base/loop-share.ts';

/** What a socket tells of its own accord, and of a thousand at once when a network goes away. */
const SHARED: ReadonlySet<string> = new Set(['data', 'end', 'error', 'close']);

/**
 * Lets what a socket brings, its end too, wait for a turn of the event loop in which there is time for it, in order; nothing more is
 * read meanwhile.
 */
export function shareLoop(socket: Duplex, loop: LoopShare): void {
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
  const held: (readonly [event: string, ...args: unknown[]])[] = [];
  const give = (): void => {
    const next = held.shift();
    if (next) emit(...next);
    if (held.length > 0) loop.later(give);
    else if (!socket.destroyed) socket.resume();
  };
  socket.emit = ((event: string, ...args: unknown[]): boolean => {
    if (!SHARED.has(event) || (held.length === 0 && !loop.isTaken())) return emit(event, ...args);
    held.push([event, ...args]);
    if (held.length > 1) return true;
    socket.pause();
    loop.later(give);
    return true;
  }) as Duplex['emit'];
}
