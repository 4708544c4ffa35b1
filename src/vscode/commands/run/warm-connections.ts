import { Stopped } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';

/** Connects while a person chooses; what is not chosen is given up. */
export interface WarmConnections extends Disposable {
  /** Begins to connect to those that are not begun yet. */
  open(servers: readonly Server[]): void;
  /** Gives up the connections in the making to all other servers. */
  keep(names: readonly string[]): void;
}

/** `connect` may reject: a run over the same server tells why, nobody else needs to know. Disposing gives up all but the kept. */
export function createWarmConnections(
  connect: (server: Server, options: { readonly signal: AbortSignal }) => Promise<unknown>,
): WarmConnections {
  const begun = new Map<string, AbortController>();
  const giveUp = (name: string): void => {
    begun.get(name)?.abort(new Stopped('user'));
    begun.delete(name);
  };
  return {
    open: (servers) => {
      for (const server of servers) {
        if (begun.has(server.name)) continue;
        const stop = new AbortController();
        begun.set(server.name, stop);
        connect(server, { signal: stop.signal }).catch(() => {});
      }
    },
    keep: (names) => {
      for (const name of [...begun.keys()]) {
        if (names.includes(name)) begun.delete(name);
        else giveUp(name);
      }
    },
    [Symbol.dispose]: () => {
      for (const name of [...begun.keys()]) giveUp(name);
    },
  };
}
