import { connect, createServer, type Socket } from 'node:net';

/** A proxy that slips `packet` into the server's first words, behind so many of its packets, which are not encrypted yet. */
export function slipIn(
  packet: Buffer,
  behind: number,
): AsyncDisposable & { readonly through: (port: number) => Promise<number> } {
  const sockets = new Set<Socket>();
  const servers: { close(): void }[] = [];
  const serve = (near: Socket, port: number): void => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
    }
    near.on('data', (bytes) => far.write(bytes));
    let seen = Buffer.alloc(0);
    let isDone = false;
    far.on('data', (bytes: Buffer) => {
      const before = seen.length;
      if (!isDone) seen = Buffer.concat([seen, bytes]);
      const at = isDone ? undefined : placeBehind(seen, behind);
      if (at === undefined) near.write(bytes);
      else {
        isDone = true;
        near.write(Buffer.concat([bytes.subarray(0, at - before), packet, bytes.subarray(at - before)]));
      }
    });
  };
  return {
    through: async (port) => {
      const server = createServer((near) => serve(near, port));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as { port: number }).port;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

/** Where the packet begins that comes behind the first line and so many packets; `undefined` as long as that has not come. */
function placeBehind(bytes: Buffer, packets: number): number | undefined {
  const newline = bytes.indexOf(0x0a);
  if (newline < 0) return undefined;
  let at = newline + 1;
  for (let count = 0; count < packets; count += 1) {
    if (bytes.length < at + 4) return undefined;
    at += 4 + bytes.readUInt32BE(at);
  }
  return bytes.length < at ? undefined : at;
}
