import type { ParsedKey } from 'ssh2';
import { eventLoop } from '../../base/loop-share.ts';
import { after } from '../../base/shared-timers.ts';
import { Stopped } from '../../domain/errors.ts';
import type { Server } from '../../domain/server.ts';
import type { Prompts, RemoteProcess, Transport } from '../transport.ts';
import { abortable } from './abortable.ts';
import type { SshConfig } from './config.ts';
import type { Connection, StartRequest } from './connection.ts';
import { connectError } from './errors.ts';
import { createHandshakeLimit } from './handshake-limit.ts';
import { openKeyFiles } from './key-file.ts';
import { openKnownHosts } from './known-hosts-files.ts';
import type { LoginMemory } from './login-memory.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { createSlots } from './slots.ts';
import { createTurns } from './turns.ts';

export interface SshPoolDeps {
  readonly config: SshConfig;
  readonly prompts: Prompts;
  readonly logins: LoginMemory;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (message: string) => void;
}

/** The connections of one process: one per host, user, port, way and identity, shared by all who need it. */
export interface SshPool extends AsyncDisposable {
  transport(server: Pick<Server, 'name' | 'address'>): Transport;
}

const IDLE_MS = 5 * 60_000;
// sshd drops what is too much at once (MaxStartups 10:30:100).
const HANDSHAKES_PER_HOST = 8;
/**
 * Servers that are called and have not answered yet take a file each and nothing else. Those that have answered wait for their turn
 * to shake hands for as long as they like: sshd's `LoginGraceTime`, two minutes. A dead one that is called late is told of late.
 */
const CALLS_AT_ONCE = 512;
// Each hop may name the next with a token, so a configuration can lead on for ever.
const MAX_JUMPS = 8;

interface Entry {
  readonly key: string;
  readonly host: ResolvedHost;
  /** What the person calls it: one name, when several lead to it. */
  readonly server: string;
  readonly connecting: Promise<Connection>;
  readonly giveUp: AbortController;
  /** How many connections go through this one, one in the other, for the sake of which it was made. */
  readonly depth: number;
  /** The connection that this one goes through, once that is known. */
  via: Entry | undefined;
  /** Who waits for it or uses it. */
  users: number;
  isConnected: boolean;
  /** Ends the wait until it is closed, idle as it is. */
  keep: (() => void) | undefined;
}

export function createSshPool(deps: SshPoolDeps): SshPool {
  const entries = new Map<string, Entry>();
  const turns = createTurns();
  const knownHosts = openKnownHosts();
  const keyFiles = openKeyFiles();
  const unlocked = new Map<string, ParsedKey>();
  const limit = createHandshakeLimit();
  const calls = createSlots({ total: () => CALLS_AT_ONCE, perKey: HANDSHAKES_PER_HOST });
  const handshakes = createSlots({ total: () => limit.total, perKey: Number.POSITIVE_INFINITY });
  let isDisposed = false;

  const drop = (entry: Entry) => {
    entry.keep?.();
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
  };

  /** Adds a user to the connection to `host` by way of `jumps`, which is made if it is not there. */
  const use = (
    host: ResolvedHost,
    jumps: readonly string[],
    { server, depth, first }: Pick<Entry, 'server' | 'depth'> & { readonly first?: StartRequest },
  ): Entry => {
    const key = poolKey(host, jumps);
    const existing = entries.get(key);
    if (existing !== undefined) {
      existing.users += 1;
      existing.keep?.();
      return existing;
    }
    const connecting = Promise.withResolvers<Connection>();
    const entry: Entry = {
      key,
      host,
      server,
      giveUp: new AbortController(),
      connecting: connecting.promise,
      depth,
      via: undefined,
      users: 1,
      isConnected: false,
      keep: undefined,
    };
    entries.set(key, entry);
    // Whoever waits is told; nobody may be waiting any more.
    connecting.promise.catch(() => {});
    connect(entry, jumps, first).then(
      (connection) => {
        entry.isConnected = true;
        connection.closed.then(() => drop(entry));
        connecting.resolve(connection);
        // The last who waited left in the very moment in which it stood.
        if (entry.giveUp.signal.aborted) connection.close();
      },
      (error) => {
        drop(entry);
        connecting.reject(error);
      },
    );
    return entry;
  };

  const release = (entry: Entry, reason: unknown) => {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (!entry.isConnected) {
      // Nobody waits any more. Who comes now begins anew.
      drop(entry);
      entry.giveUp.abort(reason ?? new Stopped('shutdown'));
      return;
    }
    if (entries.get(entry.key) !== entry) return;
    entry.keep = after({ ms: IDLE_MS }, () => {
      drop(entry);
      close(entry);
    });
  };

  const connect = async (
    entry: Entry,
    jumps: readonly string[],
    first: StartRequest | undefined,
  ): Promise<Connection> => {
    const { host, server } = entry;
    const { signal } = entry.giveUp;
    // Loaded with the first connection: ssh2 is the largest thing that the extension loads.
    const { connectSsh } = await import('./connection.ts');
    const held: (() => void)[] = [];
    let isOver = false;
    const letOthers = (): void => {
      for (const release of held.splice(0)) release();
    };
    try {
      const via = await useJump(entry, jumps);
      held.push(await calls.take(entry.via?.key ?? `${host.hostname} ${host.port}`, { signal }));
      const turnToShake = async (options: { readonly signal: AbortSignal }): Promise<void> => {
        held.push(await handshakes.take('', options), limit.begin());
        // It was given up in the very moment in which its turn came.
        if (isOver) letOthers();
      };
      const ours = { server, turns, knownHosts, keyFiles, unlocked, via, jumps, turnToShake, onWaiting: letOthers };
      const connection = await connectSsh(host, { ...deps, ...ours }, { ...(first ? { first } : {}), signal });
      connection.closed.then(() => releaseJump(entry, undefined));
      return connection;
    } catch (error) {
      releaseJump(entry, error);
      throw error;
    } finally {
      isOver = true;
      letOthers();
    }
  };

  /** The connection to the last of `jumps`, which itself goes through those before it. */
  const useJump = async (entry: Entry, jumps: readonly string[]): Promise<Connection | undefined> => {
    const { signal } = entry.giveUp;
    const last = jumps.at(-1);
    if (last === undefined) return undefined;
    if (entry.depth >= MAX_JUMPS) {
      const message = `Cannot connect to "${entry.host.name}": there are more than ${MAX_JUMPS} jump hosts on the way`;
      throw connectError('connect/config', message);
    }
    const hop = await deps.config.resolve(last, { signal });
    signal.throwIfAborted();
    const before = jumps.slice(0, -1);
    // Only the first hop follows a ProxyJump of its own: the others are told the way.
    entry.via = use(hop, before.length > 0 ? before : hop.proxyJump, {
      server: hop.name,
      depth: entry.depth + 1,
    });
    refuseCircle(entry);
    return abortable(entry.via.connecting, signal);
  };

  const releaseJump = ({ via }: Entry, reason: unknown) => {
    if (via !== undefined) release(via, reason);
  };

  const open = async (
    { name, address }: Pick<Server, 'name' | 'address'>,
    command: string,
    options: Parameters<Transport['open']>[1],
  ): Promise<RemoteProcess> => {
    const { signal } = options;
    signal.throwIfAborted();
    const host = await abortable(deps.config.resolve(address, { signal }), signal);
    // Also when it was closed in the meantime: nobody would close what is made now.
    if (isDisposed) throw new Stopped('shutdown');
    const request: StartRequest = { command, ...options };
    const entry = use(host, host.proxyJump, { server: name, depth: 0, first: request });
    try {
      const connection = await abortable(entry.connecting, signal);
      const process = await connection.exec(request);
      process.exited.then(() => release(entry, undefined));
      return process;
    } catch (error) {
      release(entry, error);
      throw error;
    }
  };

  /** Closes the connection at once that would be closed when it has been idle for long enough. */
  const closeUnused = async (address: string): Promise<void> => {
    const { signal } = new AbortController();
    // Who cannot be resolved is not connected.
    const host = await deps.config.resolve(address, { signal }).catch(() => undefined);
    const entry = host && entries.get(poolKey(host, host.proxyJump));
    if (!entry?.isConnected || entry.users > 0) return;
    drop(entry);
    close(entry);
    await entry.connecting.then(({ closed }) => closed);
  };

  return {
    transport: (server) => ({
      open: (command, options) => open(server, command, options),
      // The connection is the pool's: it stays for others who use it.
      [Symbol.asyncDispose]: () => closeUnused(server.address),
    }),
    [Symbol.asyncDispose]: async () => {
      isDisposed = true;
      const all = [...entries.values()];
      for (const entry of all) {
        drop(entry);
        entry.giveUp.abort(new Stopped('shutdown'));
      }
      for (const entry of all) {
        await eventLoop.turn();
        close(entry);
      }
      await Promise.allSettled(all.map(async (entry) => (await entry.connecting).closed));
    },
  };
}

function close(entry: Entry): void {
  entry.connecting.then(
    (connection) => connection.close(),
    // There is nothing to close.
    () => {},
  );
}

/** Two connections that wait for each other would wait for ever. */
function refuseCircle(entry: Entry): void {
  for (let next = entry.via; next !== undefined; next = next.via) {
    if (next !== entry) continue;
    const message = `Cannot connect to "${entry.host.name}": its ProxyJump leads back to itself`;
    throw connectError('connect/config', message);
  }
}

/** All that decides where we end up, as whom, and how sure we are of it: two names that agree in this share a connection. */
function poolKey(host: ResolvedHost, jumps: readonly string[]): string {
  return JSON.stringify({ ...host, name: '', proxyJump: jumps });
}
