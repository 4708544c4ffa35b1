import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { knownName, type Sshd } from '../../fixtures/sshd.ts';
import { Random } from '../random.ts';
import { type Breakage, type Rule, Stretch } from './stretch.ts';

/** The rules of one connection. */
export interface Rules {
  /** From the client to the server. */
  readonly up?: Rule;
  readonly down?: Rule;
}

export interface ChaosOptions {
  readonly random?: Random;
  /** The rules of the n-th connection, from 0; an honest line unless told. `refuse`: it is reset before a byte. */
  readonly rules?: (connection: number) => Rules | 'refuse';
}

/** A TCP proxy in this process that does harm, as told. */
export interface Chaos extends AsyncDisposable {
  readonly port: number;
  /** Connections that were made to it so far, the refused ones too. */
  readonly connections: number;
  /** Those that stand now (a half-open one does not). */
  readonly live: number;
  /** Bytes that went through, over all connections. */
  readonly carried: { readonly up: number; readonly down: number };
  /** The rules of connections that are made from now on. */
  rules: (connection: number) => Rules | 'refuse';
  /** Breaks all connections that stand; a `freeze` holds those too that are made before the thaw. Says how many it were. */
  break(by: Breakage): number;
  /** Ends a freeze: what was held goes on. */
  thaw(): void;
  /** Resolves when so many connections were made in all. */
  reached(connections: number): Promise<void>;
}

interface Line {
  readonly sockets: readonly [Socket, Socket];
  readonly stretches: { readonly up: Stretch; readonly down: Stretch };
  isHalfOpen: boolean;
}

/** Starts a proxy in front of a server. */
export async function startChaos(
  target: { readonly address: string; readonly port: number },
  { random = new Random(1), rules = () => ({}) }: ChaosOptions = {},
): Promise<Chaos> {
  const lines = new Set<Line>();
  const gone = { up: 0, down: 0 };
  const waiters = new Set<() => void>();
  let frozen: PromiseWithResolvers<void> | undefined;
  let connections = 0;

  const breakLine = (line: Line, by: Breakage): void => {
    if (by === 'freeze') {
      frozen ??= Promise.withResolvers();
      for (const socket of line.sockets) socket.pause();
    } else if (by === 'halfOpen') {
      line.isHalfOpen = true;
      // Nobody is told: what comes is read and thrown away.
      for (const socket of line.sockets) socket.resume();
    } else if (by === 'reset') for (const socket of line.sockets) socket.resetAndDestroy();
    else for (const socket of line.sockets) socket.end().resume();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const rule = chaos.rules(connections);
    connections += 1;
    for (const waiter of waiters) waiter();
    client.on('error', () => {});
    if (rule === 'refuse') return void client.resetAndDestroy();
    const upstream = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true });
    upstream.on('error', () => client.resetAndDestroy());
    client.setNoDelay(true);
    const own = random.fork();
    const deps = (of: Rule = {}) => ({
      rule: of,
      random: own.fork(),
      thawed: async () => await frozen?.promise,
      isHalfOpen: () => line.isHalfOpen,
      break: (by: Breakage) => breakLine(line, by),
    });
    const line: Line = {
      sockets: [client, upstream],
      stretches: {
        up: new Stretch(client, upstream, deps(rule.up)),
        down: new Stretch(upstream, client, deps(rule.down)),
      },
      isHalfOpen: false,
    };
    lines.add(line);
    client.on('close', () => {
      upstream.destroy();
      if (!lines.delete(line)) return;
      gone.up += line.stretches.up.carried;
      gone.down += line.stretches.down.carried;
    });
    upstream.on('close', () => {
      // A server that is gone says so, but for one that is out of reach.
      if (!line.isHalfOpen) client.destroySoon();
    });
    if (frozen) for (const socket of line.sockets) socket.pause();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  const chaos: Chaos = {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get live() {
      return [...lines].filter(({ isHalfOpen }) => !isHalfOpen).length;
    },
    get carried() {
      const sum = (way: 'up' | 'down') =>
        [...lines].reduce((all, line) => all + line.stretches[way].carried, gone[way]);
      return { up: sum('up'), down: sum('down') };
    },
    rules,
    break: (by) => {
      const standing = [...lines].filter(({ isHalfOpen }) => !isHalfOpen);
      if (by === 'freeze') frozen ??= Promise.withResolvers();
      for (const line of standing) breakLine(line, by);
      return standing.length;
    },
    thaw: () => {
      frozen?.resolve();
      frozen = undefined;
      for (const { sockets } of lines) for (const socket of sockets) socket.resume();
    },
    reached: (count) =>
      new Promise((found) => {
        const look = (): void => {
          if (connections < count) return;
          waiters.delete(look);
          found();
        };
        waiters.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      chaos.thaw();
      for (const { sockets } of lines) for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
  return chaos;
}

/** The server as it looks from in front of a proxy: another address, the same key. */
export function behind(server: Sshd, chaos: Chaos): Sshd {
  const known = server.knownHosts.replaceAll(
    knownName(server.address, server.port),
    knownName('127.0.0.1', chaos.port),
  );
  return { ...server, address: '127.0.0.1', port: chaos.port, knownHosts: known };
}
