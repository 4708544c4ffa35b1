import { CroniumError } from '../../domain/errors.ts';
import { connectError } from './errors.ts';
import { printable } from './printable.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/** How far an attempt to connect has come. */
export type Phase = 'socket' | 'handshake' | 'login';

const TOO_MANY_FAILURES = /too many authentication failures/i;
const NO_MORE_METHODS = 14;
/** How ssh2 says that a packet is longer than it takes, or garbled. */
const BAD_LENGTH = /^Bad packet length/;

export interface SshErrorContext {
  readonly phase: Phase;
  /** Builds the error of a refused login. */
  readonly denied: (reason?: string) => Error;
}

/** The error with a sentence for what ssh2 reports while it connects. */
export function describeSshError(host: ResolvedHost, error: unknown, { phase, denied }: SshErrorContext): Error {
  if (error instanceof CroniumError || !(error instanceof Error))
    return error instanceof Error ? error : new Error(String(error));
  const level = 'level' in error ? String(error.level) : '';
  const code = 'code' in error ? error.code : undefined;
  const text = printable(error.message, { limit: 300 });
  const cannot = `Cannot connect to ${describeHost(host)}`;
  const options = { cause: error };

  if (level === 'client-authentication') return denied();
  // A number is the reason with which the server disconnected.
  if (typeof code === 'number') {
    if (TOO_MANY_FAILURES.test(text)) {
      return denied(
        'the server ended the connection after too many refused keys, name the right one with IdentityFile',
      );
    }
    if (phase === 'login' && code === NO_MORE_METHODS) return denied(`the server said "${text}"`);
    return connectError('connect/closed', `${cannot}: the server ended the connection and said "${text}"`, options);
  }
  const missing = /no matching (.+)/i.exec(text)?.[1];
  if (missing !== undefined) {
    return connectError('connect/algorithms', `${cannot}: the server and we have no ${missing} in common`, options);
  }
  if (text === 'Connection lost before handshake') return closedError(host, phase, options);
  if (level === 'client-socket') {
    const found =
      code === 'ECONNRESET' || code === 'EPIPE' ? 'the connection was reset' : `the connection broke (${text})`;
    return connectError('connect/closed', `${cannot}: ${found}`, options);
  }
  if (/identification|SSH version|header|greeting/i.test(text)) {
    return connectError('connect/protocol', `${cannot}: what answers there is not an SSH server`, options);
  }
  if (phase === 'login' && BAD_LENGTH.test(text)) {
    const found = 'the server sent a packet that is damaged or longer than 35,000 bytes';
    return connectError(
      'connect/protocol',
      `${cannot}: ${found}; if it has a banner, the banner must be shorter`,
      options,
    );
  }
  return connectError('connect/protocol', `${cannot}: the server broke the protocol (${text})`, options);
}

/** The server went away without a word. */
export function closedError(host: ResolvedHost, phase: Phase, options?: { readonly cause?: unknown }): Error {
  const found =
    phase === 'login'
      ? 'the server closed the connection during the login'
      : 'the server closed the connection before the login, it may be refusing many at once';
  return connectError('connect/closed', `Cannot connect to ${describeHost(host)}: ${found}`, options);
}

/** Nothing came in time. */
export function timeoutError(host: ResolvedHost, phase: Phase): Error {
  const found = {
    socket: 'no answer',
    handshake: 'the port answers, but no SSH server spoke',
    login: 'the server did not answer the login',
  }[phase];
  const limit = `${host.connectTimeoutMs / 1000} s`;
  return connectError('connect/timeout', `Cannot connect to ${describeHost(host)}: ${found} within ${limit}`);
}
