import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../../src/transport/ssh/known-hosts.ts';
import { createLoginMemory } from '../../../src/transport/transport.ts';
import { type ConnectOptions, connectTo, type TestTransports } from '../../fixtures/sshd-client.ts';
import type { HostileOptions, HostileServer } from '../../fixtures/sshd-hostile.ts';

/** How a client comes to a server: for the first time, or knowing so much of it that login and command leave in one flight. */
export type Way = 'first' | 'in one flight';

export const WAYS: readonly Way[] = ['first', 'in one flight'];

/** What a server must be for its clients to come in that way. */
export function serverFor(way: Way): Partial<HostileOptions> {
  return way === 'first' ? {} : { ident: 'OpenSSH_9.2p1' };
}

/** A client of a hostile server that comes in that way. */
export function clientFor(way: Way, server: HostileServer, options: ConnectOptions = {}): TestTransports {
  if (way === 'first') return connectTo(server.configFile, options);
  const [, key = ''] = readFileSync(join(server.folder, 'identity.pub'), 'utf8').split(' ');
  const known = fingerprint(Buffer.from(key, 'base64'));
  return connectTo(server.configFile, { ...options, logins: { ...createLoginMemory(), keyFor: () => known } });
}
