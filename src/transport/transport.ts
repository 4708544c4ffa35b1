import type { Readable, Writable } from 'node:stream';
import type { Server } from '../domain/server.ts';

export { type Address, parseAddress } from './ssh/address.ts';
export { isRetryable } from './ssh/errors.ts';
export { createLoginMemory, type LoginMemory } from './ssh/login-memory.ts';

/**
 * One way to a server. A target is anything that can give one duplex byte stream to a runner; all else is written once, above.
 * Connecting is lazy and shared: the first `open` connects, later ones reuse the connection while it lives. Disposing closes a
 * connection that nobody uses; the next `open` connects again.
 */
export interface Transport extends AsyncDisposable {
  /**
   * Starts `command` (a POSIX shell command line, a constant of ours) on the server with a clean 8-bit stdin and stdout and no
   * terminal. `ahead` goes to its stdin in the same flight as the request to start it.
   * Throws `CroniumError` with a code `connect/…` (see `ssh/errors.ts`), or `signal.reason`.
   */
  open(command: string, options: OpenOptions): Promise<RemoteProcess>;
}

export interface OpenOptions {
  readonly ahead?: Uint8Array;
  /** Called when the request and `ahead` are about to leave this machine: from here on the server may act on them. */
  readonly onSent?: () => void;
  /** The server has thrown the request and `ahead` away unread; they are sent again, or `open` throws. */
  readonly onDiscarded?: () => void;
  readonly signal: AbortSignal;
}

export interface RemoteProcess {
  /** Honours back-pressure: `write` returns false until `drain`. */
  readonly stdin: Writable;
  /**
   * Ends when the process closed it or the connection is gone; never emits `error` without a listener crashing the program. What a
   * `data` event brings is there until the event is over: who keeps it takes a copy. What is read by `read` or iteration stays.
   */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process is gone, after both outputs ended; never rejects. */
  readonly exited: Promise<RemoteExit>;
  /** Gives the process up: closes the channel or kills the child. May be called twice. */
  close(): void;
}

export type RemoteExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** The connection went away and nobody knows; `message` is a sentence. */
  | { readonly kind: 'disconnected'; readonly message: string };

/** What a transport may have to ask a person. Absent functions mean that nobody is there to ask. */
export interface Prompts {
  /** The host is unknown. `true` trusts the key and adds it to known_hosts. */
  confirmHostKey?(question: HostKeyQuestion, options: { signal: AbortSignal }): Promise<boolean>;
  /** A secret line, never echoed. `undefined` means that the person gave up. */
  askSecret?(prompt: string, options: SecretOptions): Promise<string | undefined>;
  /** A visible line (keyboard-interactive with echo). */
  askLine?(prompt: string, options: LineOptions): Promise<string | undefined>;
  /** What became of the last answer for a subject: it opened what it should, or it did not. Nothing is said of one that was never judged. */
  secretTried?(subject: string, found: 'accepted' | 'refused'): void;
}

export interface LineOptions {
  /** What the person calls the server whose login asks; absent: it is asked for something else. */
  readonly server?: string;
  readonly signal: AbortSignal;
}

export interface SecretOptions extends LineOptions {
  /**
   * What the secret opens, the same at each asking: `password deploy@web1:22`, `passphrase /home/me/.ssh/id_ed25519`. Absent: a
   * secret that is good once. With it, a shell may answer from what the person let it remember.
   */
  readonly subject?: string;
  /** How often the subject was asked for in this login before: more than 0 means that the last answer was wrong. */
  readonly attempt?: number;
}

export interface HostKeyQuestion {
  /** What the person calls the server whose login asks. */
  readonly server: string;
  /** The host as it would stand in known_hosts: `host` or `[host]:port`. */
  readonly host: string;
  readonly keyType: string;
  /** `SHA256:…`, as `ssh` prints it. */
  readonly fingerprint: string;
  /** The picture of the fingerprint, as `ssh-keygen -lv` draws it; several lines. */
  readonly randomart: string;
  /** The file to which the key would be added. */
  readonly file: string;
  /** Types of other keys by which the host is known already: a stranger may be answering in its place. */
  readonly knownTypes: readonly string[];
}

/** The transports of one process, pooled. */
export interface Transports extends AsyncDisposable {
  get(server: Server): Transport;
}
