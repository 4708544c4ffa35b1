import type { Server } from '../domain/server.ts';
import { localTransport } from './local.ts';
import { createSshConfig } from './ssh/config.ts';
import type { LoginMemory } from './ssh/login-memory.ts';
import { createSshPool, type SshPool } from './ssh/pool.ts';
import type { Prompts, Transport, Transports } from './transport.ts';

export interface TransportDeps {
  readonly homeDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Read instead of the user's and the system's SSH configuration. */
  readonly sshConfigFile?: string;
  readonly prompts: Prompts;
  readonly logins: LoginMemory;
  readonly log: (message: string) => void;
}

/** The transports of one process, and the names that its SSH configuration knows. */
export interface SshTransports extends Transports {
  /** The hosts that the user's SSH configuration names one by one, in its order. */
  listAliases(): Promise<readonly string[]>;
}

/** Makes the transports of one process. Nothing is read or connected before a transport is used. */
export function createTransports(deps: TransportDeps): SshTransports {
  const config = createSshConfig(deps);
  const pool = createSshPool({ ...deps, config });
  return {
    get: (server) => transportOf(server, deps, pool),
    listAliases: config.listAliases,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function transportOf(server: Server, deps: TransportDeps, pool: SshPool): Transport {
  switch (server.kind) {
    case 'local':
      return localTransport(deps);
    case 'ssh':
      return pool.transport(server);
    default:
      return server.kind satisfies never;
  }
}
