import { connect, createServer, type Socket } from 'node:net';

/** A proxy on every address of this machine that can drop all that goes through it. */
export interface Dropper extends AsyncDisposable {
  readonly port: number;
  /** Resets every connection; new ones are carried as before. */
  drop(): void;
}

export async function startDropper(to: { readonly port: number }): Promise<Dropper> {
  const sockets = new Set<Socket>();
  const drop = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to.port, noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The dropper has no port');
  return {
    port: bound.port,
    drop,
    [Symbol.asyncDispose]: async () => {
      drop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
