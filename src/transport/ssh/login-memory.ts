import { createHash } from 'node:crypto';
import type { ResolvedHost } from './resolved-host.ts';

/**
 * Which key let us in last, for each place: kept from one process to the next, so that the right key is offered first and what
 * follows the login need not wait for its answer. Only fingerprints of public keys. Nothing here may throw.
 */
export interface LoginMemory {
  /** `SHA256:…` of the key that was accepted last. */
  keyFor(place: string): string | undefined;
  accepted(place: string, key: string): void;
  forget(place: string): void;
}

/** The memory of a process that has nowhere to keep it. */
export function createLoginMemory(): LoginMemory {
  const keys = new Map<string, string>();
  return {
    keyFor: (place) => keys.get(place),
    accepted: (place, key) => keys.set(place, key),
    forget: (place) => keys.delete(place),
  };
}

/** As whom we log in where, and by which way: an address behind another jump host is another server. */
export function placeOf(host: ResolvedHost, jumps: readonly string[]): string {
  const via = jumps.length === 0 ? '' : ` via ${jumps.join(',')}`;
  const by = host.proxyCommand === undefined ? '' : ` by ${digest(host.proxyCommand)}`;
  return `${host.user}@${host.hostname}:${host.port}${via}${by}`;
}

/** A command line may hold what belongs nowhere else. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
