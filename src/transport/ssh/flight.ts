import type { Duplex } from 'node:stream';
import type { RemoteProcess } from '../transport.ts';
import type { StartRequest } from './connection.ts';
import { connectError } from './errors.ts';
import type { Identity } from './identity.ts';
import { printable } from './printable.ts';
import { isKnownServer, type PrivateChannel, type Privates } from './protocol.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/**
 * The first command of a connection, sent in one flight with the login: service request, signed key, channel, command and the
 * bytes ahead. Possible because an OpenSSH server reads one packet after the other, gives its first channel the number 0, and
 * answers what it may not read yet (the key was refused) with "unimplemented" and nothing worse.
 *
 * The answers that will come are played to ssh2 at once, and the real ones are checked and swallowed.
 */
export interface Flight {
  /** Sends the signed request by calling `send`; with it, where that is promising, the command. */
  sign(identity: Identity, send: () => void): void;
  /** The server has refused the key: nothing of what went with it was acted upon. */
  refused(): void;
  /** The command was sent and the server has not said anything to the login. */
  readonly isInTheAir: boolean;
  /** The server let us in. */
  accepted(): void;
  /** The command that went along, if it did and the server has taken it. Only for the request that it was made for, and once. */
  take(request: StartRequest): Promise<RemoteProcess> | undefined;
}

export interface FlightOptions {
  readonly socket: Duplex;
  readonly request: StartRequest;
  /** The key that will be offered first, if it was accepted last time and signs without asking anybody. */
  readonly knownKey: () => Promise<Identity | undefined>;
  readonly start: (request: StartRequest) => Promise<RemoteProcess>;
  /** Ends the connection: the server is not as we took it for. */
  readonly fail: (error: Error) => void;
  /** What was guessed of this server was wrong. */
  readonly onMisguessed: () => void;
}

const METHODS = ['service', 'session'] as const;
const HANDLERS = ['SERVICE_ACCEPT', 'CHANNEL_OPEN_FAILURE', 'CHANNEL_CLOSE'] as const;
const FIRST_CHANNEL = 0;
// What OpenSSH says at every channel; it gives a window with the command only.
const PACKET_BYTES = 32_768;

/** Prepares the flight of a client that was told to connect; `undefined` where ssh2 is not as it was tested. */
export function prepareFlight(
  host: ResolvedHost,
  privates: Privates,
  { socket, ...options }: FlightOptions,
): Flight | undefined {
  const { protocol, channels } = privates;
  const handlers = protocol._handlers;
  const { request } = options;
  if (
    METHODS.some((name) => typeof protocol[name] !== 'function') ||
    HANDLERS.some((name) => typeof handlers[name] !== 'function')
  ) {
    return undefined;
  }
  let state: 'grounded' | 'ready' | 'in the air' | 'landed' = 'grounded';
  let known: Identity | undefined;
  let started: Promise<RemoteProcess> | undefined;
  let id: number | undefined;
  let isAcceptPlayed = false;
  let isConfirmed = false;
  const isOurs = (recipient: number) => recipient === id && !isConfirmed;

  // As they are below whoever judges what the server really says.
  const below = { ...handlers };
  const play = (name: string, ...args: unknown[]) => below[name]?.(protocol as never, ...(args as never[]));
  const swallow = (name: string, around: (pass: () => void, ...args: never[]) => void) => {
    handlers[name] = (self: never, ...args: never[]) => around(() => below[name]?.(self, ...args), ...args);
  };

  /** Takes the channel from ssh2, whose command never ran. */
  const drop = (reason: Error) => {
    const channel = id === undefined ? undefined : (channels._channels[id] as PrivateChannel | undefined);
    if (channel === undefined) return;
    const waiting = channel._callbacks.splice(0);
    // Nothing is to be said to a channel that the server does not have.
    channel.outgoing.state = 'closed';
    play('CHANNEL_CLOSE', id);
    id = undefined;
    for (const answer of waiting) answer(reason);
  };

  const service = protocol.service.bind(protocol);
  const begin = async (name: string) => {
    if (isKnownServer(privates)) known = await options.knownKey();
    if (socket.destroyed) return;
    service(name);
    if (known === undefined) return;
    state = 'ready';
    isAcceptPlayed = true;
    play('SERVICE_ACCEPT', name);
  };
  protocol.service = (name) => {
    protocol.service = service;
    begin(name).catch(options.fail);
  };

  /** What nobody takes any more must not run on. */
  const giveUp = () => {
    started?.then(
      (process) => process.close(),
      () => {},
    );
  };
  const handOver = () => {
    request.signal.removeEventListener('abort', giveUp);
    const handed = started;
    started = undefined;
    return handed;
  };

  const launch = () => {
    state = 'in the air';
    const session = protocol.session.bind(protocol);
    protocol.session = (local, ...rest) => {
      protocol.session = session;
      session(local, ...rest);
      const info = { sender: FIRST_CHANNEL, window: 0, packetSize: PACKET_BYTES };
      id = local;
      play('CHANNEL_OPEN_CONFIRMATION', { recipient: local, ...info });
    };
    started = options.start(request);
    // Whoever takes it hears of its failure.
    started.catch(() => {});
    request.signal.addEventListener('abort', giveUp, { once: true });
  };

  swallow('SERVICE_ACCEPT', (pass) => {
    if (!isAcceptPlayed) pass();
    isAcceptPlayed = false;
  });
  swallow('CHANNEL_OPEN_CONFIRMATION', (pass, info: { recipient: number; sender: number }) => {
    if (!isOurs(info.recipient)) return pass();
    isConfirmed = true;
    if (info.sender === FIRST_CHANNEL) return;
    options.onMisguessed();
    const found = 'the server numbers its channels in another way than it was taken for';
    const error = connectError('connect/closed', `The connection to ${describeHost(host)} was cut off: ${found}`);
    options.fail(error);
    drop(error);
  });
  swallow('CHANNEL_OPEN_FAILURE', (pass, recipient: number, _reason, description: string) => {
    if (!isOurs(recipient)) return pass();
    options.onMisguessed();
    drop(new Error(`(SSH) Channel open failure: ${printable(description, { limit: 300 })}`));
  });

  return {
    sign: (identity, send) => {
      if (state !== 'ready' || identity !== known || request.signal.aborted) {
        if (state === 'ready') state = 'landed';
        send();
        return;
      }
      socket.cork();
      try {
        send();
        launch();
      } finally {
        socket.uncork();
      }
    },
    get isInTheAir() {
      return state === 'in the air';
    },
    refused: () => {
      if (state !== 'in the air') return;
      state = 'landed';
      handOver();
      request.onDiscarded?.();
      drop(new Error('refused'));
    },
    accepted: () => {
      if (state === 'in the air') state = 'landed';
    },
    take: (asked) => (asked === request ? handOver() : undefined),
  };
}
