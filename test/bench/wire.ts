import { connect, createServer, type Socket } from 'node:net';

/** A wire of any length to one server, on loopback: what goes in comes out later, in order, however much it is. */
export interface LongWire extends AsyncDisposable {
  /** Connect here, on 127.0.0.1, in place of the server. */
  readonly port: number;
  /** How many connections were made over it. */
  connections(): number;
  /**
   * The round trips behind what the client has heard by now, on the connection that has most of them: the longest chain of word
   * and answer. Not a measured time, so a busy machine does not change it. TCP's own handshake is one more, which no wire sees.
   */
  roundTrips(): number;
}

export interface LongWireOptions {
  readonly to: { readonly address: string; readonly port: number };
  /** Half of a round trip; what both sides say unasked must cross on the way, so not too little: 20 and more. */
  readonly oneWayMs: number;
}

/** The round trips that one side has behind it. */
interface Side {
  depth: number;
}

// A wire that is full takes no more.
const ON_THE_WAY_BYTES = 33_554_432;

export async function longWire({ to, oneWayMs }: LongWireOptions): Promise<LongWire> {
  let connections = 0;
  const clients: Side[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    connections += 1;
    const ours: Side = { depth: 0 };
    const theirs: Side = { depth: 0 };
    clients.push(ours);
    const far = connect({ host: to.address, port: to.port, noDelay: true, allowHalfOpen: true });
    carry({ from: near, sender: ours, to: far, receiver: theirs, oneWayMs, costs: 0 });
    carry({ from: far, sender: theirs, to: near, receiver: ours, oneWayMs, costs: 1 });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        setTimeout(() => other.destroy(), oneWayMs);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The wire has no port');
  return {
    port: bound.port,
    connections: () => connections,
    roundTrips: () => Math.max(0, ...clients.map(({ depth }) => depth)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Lane {
  readonly from: Socket;
  readonly sender: Side;
  readonly to: Socket;
  readonly receiver: Side;
  readonly oneWayMs: number;
  /** What a word on this lane adds: an answer ends a round trip. */
  readonly costs: 0 | 1;
}

function carry({ from, sender, to, receiver, oneWayMs, costs }: Lane): void {
  let onTheWay = 0;
  from.on('data', (bytes: Buffer) => {
    const depth = sender.depth + costs;
    onTheWay += bytes.length;
    if (onTheWay > ON_THE_WAY_BYTES) from.pause();
    setTimeout(() => {
      onTheWay -= bytes.length;
      from.resume();
      if (to.destroyed) return;
      receiver.depth = Math.max(receiver.depth, depth);
      to.write(bytes);
    }, oneWayMs);
  });
  from.on('end', () => {
    setTimeout(() => to.end(), oneWayMs);
  });
}

/**
 * How many round trips something takes by the clock: the slope of its time over the wire's length. `run` does it once over a wire
 * of that round trip and says how many milliseconds it took; the quickest of `tries` counts. For a quiet machine.
 */
export async function measuredRoundTrips(
  run: (roundTripMs: number) => Promise<number>,
  { shortMs = 40, longMs = 240, tries = 3 }: { shortMs?: number; longMs?: number; tries?: number } = {},
): Promise<number> {
  const quickest = async (roundTripMs: number) => {
    const took: number[] = [];
    for (let count = 0; count < tries; count += 1) took.push(await run(roundTripMs));
    return Math.min(...took);
  };
  const short = await quickest(shortMs);
  return ((await quickest(longMs)) - short) / (longMs - shortMs);
}
