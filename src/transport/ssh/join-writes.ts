import type { Duplex } from 'node:stream';

/**
 * Makes everything that is written in one turn of the event loop leave together: ssh2 writes each packet in two or three pieces,
 * and each piece would be a call of the system, a packet on the wire, and one more time that the server wakes up.
 */
export function joinWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as Duplex['write'];
  let isHeld = false;
  const release = (): void => {
    isHeld = false;
    socket.uncork();
  };
  socket.write = ((...written: Parameters<Duplex['write']>) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(release);
    }
    return write(...written);
  }) as Duplex['write'];
}
