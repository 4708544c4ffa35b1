import { isOutOfFiles } from '../../base/out-of-files.ts';
import { CroniumError } from '../../domain/errors.ts';

/** Why a server cannot be reached or used; stable, for tests, buttons and the decision to try again. */
export type ConnectCode =
  /** The configuration or the address cannot be used as it stands. */
  | 'connect/config'
  /** The name has no address. */
  | 'connect/unresolved'
  /** Nobody listens on the port. */
  | 'connect/refused'
  /** There is no way to the address. */
  | 'connect/unreachable'
  /** Nobody answered in time. */
  | 'connect/timeout'
  /** The ProxyCommand ended or could not be started. */
  | 'connect/proxy'
  /** The other side does not speak SSH as we do. */
  | 'connect/protocol'
  /** Both sides have no algorithm in common. */
  | 'connect/algorithms'
  | 'connect/hostkey-unknown'
  | 'connect/hostkey-changed'
  | 'connect/hostkey-revoked'
  /** No key and no answer was accepted. */
  | 'connect/denied'
  /** The server went away, or refused so many at once. */
  | 'connect/closed'
  /** The server lets us in but gives us no session, or a jump host no way through. */
  | 'connect/channel'
  /** The process of a `local` server cannot be started. */
  | 'connect/local';

const RETRYABLE: ReadonlySet<string> = new Set<ConnectCode>([
  'connect/refused',
  'connect/unreachable',
  'connect/timeout',
  'connect/proxy',
  'connect/closed',
  'connect/channel',
]);

/** A `CroniumError` whose code is one of ours. */
export function connectError(code: ConnectCode, message: string, options?: { readonly cause?: unknown }): CroniumError {
  return new CroniumError(code, message, options);
}

/** Whether trying again later may help: never after a wrong key, an unknown host or a configuration nobody will have changed. */
export function isRetryable(error: unknown): boolean {
  if (isOutOfFiles(error)) return true;
  return error instanceof CroniumError && RETRYABLE.has(error.code);
}
