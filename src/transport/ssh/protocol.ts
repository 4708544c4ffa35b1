import type { Readable } from 'node:stream';
import type { Channel, Client, ParsedKey } from 'ssh2';
import type { Identity } from './identity.ts';

/**
 * The private side of ssh2 1.17.0 that we use, because the public one neither guards against a hostile server nor lets us send
 * what we know already without waiting for an answer. The version is pinned; `openPrivates` fails at once if it is another.
 */
export interface Privates {
  readonly protocol: PrivateProtocol;
  readonly channels: { readonly _channels: Readonly<Record<string, unknown>> };
  /** Answers to global requests are matched by order: each request needs an entry. */
  readonly callbacks: (() => void)[];
  /** The software that the server says it is: `OpenSSH_9.2p1`. Empty before it has. */
  ident(): string;
}

export interface PrivateProtocol {
  /** Whether the server promised that nothing can be slipped in before the keys stand (strict key exchange). */
  readonly _strictMode?: boolean;
  /** What waits for the end of a new key exchange. */
  readonly _queue?: readonly Buffer[];
  /** Takes all of a chunk from one place to another. */
  parse(chunk: Buffer, from: number, to: number): void;
  /** The same, and says up to where it did. Another function once the greeting is there. */
  _parse: (this: PrivateProtocol, chunk: Buffer, from: number, to: number) => number;
  /** What `_parse` has kept of a greeting that is not whole. */
  _buffer: Buffer | undefined;
  /** What turns packets into bytes and bytes into packets; others after each key exchange. */
  readonly _cipher?: Record<string, unknown>;
  readonly _decipher?: Record<string, unknown>;
  service(name: string): void;
  session(channel: number, window: number, packetBytes: number): void;
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: SignRequest): void;
  authPassword(user: string, password: string): void;
  authKeyboard(user: string): void;
  authInfoRes(answers?: readonly string[]): void;
  exec(channel: number, command: Buffer, wantReply: boolean): void;
  channelOpenFail(channel: number, reason: number, description: string): void;
  channelWindowAdjust(channel: number, amount: number): void;
  requestFailure(): void;
  ping(): void;
  readonly _handlers: Record<string, (...args: never[]) => void>;
}

export type SignRequest = (data: Buffer, done: (signature: Buffer) => void) => void;

export interface PrivateChannel extends Channel {
  readonly stderr: Readable;
  readonly incoming: { readonly id: number; window: number; readonly state: 'open' | 'eof' | 'closed' };
  readonly outgoing: { readonly id: number; window: number; state: string };
  /** Who waits for the answer to a request on this channel; called with what went wrong. */
  readonly _callbacks: ((error: Error | false) => void)[];
  _waitChanDrain: boolean;
}

const METHODS = [
  'parse',
  '_parse',
  'service',
  'authPK',
  'authPassword',
  'authKeyboard',
  'authInfoRes',
  'exec',
  'channelOpenFail',
  'channelWindowAdjust',
  'requestFailure',
  'ping',
] as const;
const HANDLERS = [
  'CHANNEL_DATA',
  'CHANNEL_EXTENDED_DATA',
  'CHANNEL_OPEN',
  'CHANNEL_OPEN_CONFIRMATION',
  'CHANNEL_REQUEST',
  'CHANNEL_WINDOW_ADJUST',
  'DISCONNECT',
  'GLOBAL_REQUEST',
  'SERVICE_ACCEPT',
  'USERAUTH_BANNER',
  'USERAUTH_FAILURE',
  'USERAUTH_INFO_REQUEST',
  'USERAUTH_PASSWD_CHANGEREQ',
  'USERAUTH_PK_OK',
  'USERAUTH_SUCCESS',
] as const;

/** The private side of a client that was told to connect. Throws if ssh2 is not the one that we know. */
export function openPrivates(client: Client): Privates {
  const {
    _protocol: protocol,
    _chanMgr: channels,
    _callbacks: callbacks,
  } = client as unknown as Record<string, unknown>;
  const missing = METHODS.filter((name) => typeof memberOf(protocol, name) !== 'function');
  const handlers = memberOf(protocol, '_handlers');
  const unhandled = HANDLERS.filter((name) => typeof memberOf(handlers, name) !== 'function');
  if (
    missing.length + unhandled.length > 0 ||
    memberOf(channels, '_channels') === undefined ||
    !Array.isArray(callbacks)
  ) {
    throw new Error(`ssh2 is not the version that was tested: ${[...missing, ...unhandled, 'channels'].join(', ')}`);
  }
  const ident = () => String(memberOf(client, '_remoteVer') ?? '');
  return { protocol, channels, callbacks, ident } as Privates;
}

// Since 7.0 all that we build on has not changed; Windows' own server is another program behind the same words.
const KNOWN_SERVER = /^OpenSSH_(?:[7-9]|\d{2,})\.\d+(?!.*windows)/i;

/** Says whether the server is one whose ways are known so well that some answers need not be waited for. */
export function isKnownServer({ ident }: Privates): boolean {
  return KNOWN_SERVER.test(ident());
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export interface EagerOptions {
  /** The key that is being offered. */
  readonly offered: () => Identity | undefined;
  readonly onRefused: (methods: readonly string[], isPartial: boolean) => void;
  readonly onUnusable: (identity: Identity, error: Error) => void;
  /** The key has signed; `send` sends the request. */
  readonly onSigned: (identity: Identity, send: () => void) => void;
}

/** Sends a key signed at once where that asks nobody: one round trip less, and one request less on the server's count. */
export function signAtOnce({ protocol }: Privates, options: EagerOptions): void {
  const tryNext = protocol._handlers.USERAUTH_FAILURE;
  wrap(protocol._handlers, 'USERAUTH_FAILURE', (original) => (self, methods: string[], isPartial: boolean) => {
    options.onRefused(methods, isPartial);
    original(self, methods as never, isPartial as never);
  });
  const offer = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    const identity = options.offered();
    // ssh2 falls back to SHA-1 when a server does not say what it takes.
    const name = algorithm === 'ssh-rsa' ? 'rsa-sha2-256' : algorithm;
    if (identity === undefined || (sign === undefined && !identity.signsAtOnce)) {
      offer(user, key, name, sign);
      return;
    }
    const hash = name === 'rsa-sha2-256' ? 'sha256' : name === 'rsa-sha2-512' ? 'sha512' : undefined;
    offer(user, key, name, (data, done) => {
      const send = (signature: Buffer) => options.onSigned(identity, () => done(signature));
      identity.sign(data, hash).then(send, (error: Error) => {
        options.onUnusable(identity, error);
        // Nothing was sent: as if the server had refused the key, so that ssh2 asks for the next one.
        tryNext?.(protocol as never, [] as never, false as never);
      });
    });
  };
}

/** Sends a question that every server answers, if only with a refusal. */
export function ping({ protocol, callbacks }: Privates): void {
  callbacks.push(() => {});
  protocol.ping();
}

export function wrap(
  handlers: PrivateProtocol['_handlers'],
  name: string,
  around: (original: (...args: never[]) => void) => (...args: never[]) => void,
): void {
  const original = handlers[name];
  if (original !== undefined) handlers[name] = around(original);
}

export function findChannel(channels: Readonly<Record<string, unknown>>, remoteId: number): PrivateChannel | undefined {
  return Object.values(channels)
    .filter(isOpenChannel)
    .find((channel) => channel.outgoing.id === remoteId);
}

/** An entry is a function while the server has not answered the request to open it. */
export function isOpenChannel(entry: unknown): entry is PrivateChannel {
  return typeof entry === 'object' && entry !== null && 'incoming' in entry && 'outgoing' in entry;
}
