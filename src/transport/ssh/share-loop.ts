import type { Duplex } from 'node:stream';
import type { LoopShare } from '../../base/loop-share.ts';

/** Lets what a socket brings wait for a turn of the event loop in which there is time for it; nothing more is read meanwhile. */
export function shareLoop(socket: Duplex, loop: LoopShare): void {
  const emit = socket.emit.bind(socket);
  const held: unknown[] = [];
  const give = (): void => {
    // Whoever is told may have ended it all.
    if (held.length === 0) return;
    emit('data', held.shift());
    if (held.length > 0) loop.later(give);
    else if (!socket.destroyed) socket.resume();
  };
  socket.emit = ((event: string, ...args: unknown[]): boolean => {
    if (event === 'data' && (held.length > 0 || loop.isTaken())) {
      held.push(args[0]);
      if (held.length > 1) return true;
      socket.pause();
      loop.later(give);
      return true;
    }
    // What has come is told before the end of it.
    if (event === 'end' || event === 'close') while (held.length > 0) emit('data', held.shift());
    return emit(event, ...args);
  }) as Duplex['emit'];
}
