import type { Duplex } from 'node:stream';

/**
 * Lets the first that a server says wait for `turn`, and all that follows behind it: what we answer to it takes this machine's time.
 * A server that says nothing takes no turn.
 */
export function holdFirstWord(socket: Duplex, turn: () => Promise<void>): void {
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
  let hasSpoken = false;
  socket.emit = ((event: string, ...args: unknown[]): boolean => {
    if (hasSpoken || event !== 'data') return emit(event, ...args);
    hasSpoken = true;
    socket.pause();
    socket.unshift(args[0]);
    turn().then(
      () => {
        if (!socket.destroyed) socket.resume();
      },
      // Whoever does not wait any more has ended it.
      () => {},
    );
    return true;
  }) as Duplex['emit'];
}
