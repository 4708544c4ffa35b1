import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { eventLoop } from '../../base/loop-share.ts';
import { after } from '../../base/shared-timers.ts';
import { type Offer, weakness } from './algorithms.ts';
import { guardChannels } from './channel-guard.ts';
import { prepareKeys } from './cipher-keys.ts';
import type { Connection, StartRequest } from './connection.ts';
import { connectError } from './errors.ts';
import { holdFirstWord } from './first-word.ts';
import { type Flight, type FlightOptions, prepareFlight } from './flight.ts';
import { gatherGreeting } from './greeting.ts';
import type { HostKeyCheck } from './host-key.ts';
import { joinWrites } from './join-writes.ts';
import { watchLiveness } from './liveness.ts';
import type { Login } from './login.ts';
import { openChannels } from './open-channels.ts';
import { openOrder } from './order.ts';
import { printable } from './printable.ts';
import { openPrivates, ping, signAtOnce, wrap } from './protocol.ts';
import { RekeyLimit } from './rekey-limit.ts';
import { releaseReads } from './release-reads.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { shareLoop } from './share-loop.ts';
import { describeHost } from './socket.ts';
import { closedError, describeSshError, type Phase } from './ssh-error.ts';

export interface EstablishOptions {
  readonly algorithms: Offer;
  readonly check: HostKeyCheck;
  /** Why the socket ended, when it knows better than we do. */
  readonly explain: () => Error | undefined;
  /** Waits until there is time for the handshake. */
  readonly turn: () => Promise<void>;
  readonly createLogin: (fail: (error: Error) => void) => Login;
  /** A command to send along with the login, where the key is known. */
  readonly first?: { readonly request: StartRequest; readonly knownKey: FlightOptions['knownKey'] };
  /** What was known of the server led astray. */
  readonly onMisguessed: () => void;
  /** The server ended the connection over what it refused. */
  readonly onCutOff: () => void;
  /** The host is who we think it is; now we log in. */
  readonly onVerified: () => void;
  /** Ends the attempt; without effect on the connection once it stands. */
  readonly signal: AbortSignal;
}

const BANNER_BYTES = 4 * 1024;
const GOODBYE_MS = 1_000;

/** Speaks SSH over `socket` until we are logged in. The only place that makes an ssh2 client. */
export async function establish(host: ResolvedHost, socket: Duplex, options: EstablishOptions): Promise<Connection> {
  const { check, signal } = options;
  const client = new ssh2.Client();
  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  let phase: Phase = 'handshake';
  let isReady = false;
  let lost: string | undefined;
  let banner = '';
  let pinnedKey: Buffer | undefined;
  let remembered: Promise<void> | undefined;
  let flight: Flight | undefined;

  const destroy = () => {
    client.destroy();
    socket.destroy();
  };
  const fail = (error: Error) => {
    ready.reject(error);
    lost ??= error.message;
    destroy();
  };
  const login = options.createLogin(fail);
  const denied = (reason?: string) => {
    // It has not let us in: nothing that was sent along was read.
    flight?.refused();
    const error = login.denied(reason);
    return banner === ''
      ? error
      : connectError('connect/denied', `${error.message}; the server says "${banner}"`, { cause: error });
  };

  const cutOff = (reason?: string) => {
    if (reason !== undefined) options.onCutOff();
    return denied(reason);
  };

  const verify = async (key: Buffer) => {
    await check.verify(key, { signal });
    signal.throwIfAborted();
    pinnedKey = key;
  };

  socket.on('error', () => {});
  client.on('error', (error: Error & { level?: string }) => {
    // ssh2 goes on to the next key.
    if (error.level === 'agent') {
      login.note(`${login.offered()?.label ?? 'a key'} could not sign (${printable(error.message, { limit: 200 })})`);
      return;
    }
    if (isReady) {
      lost ??= `The connection to ${describeHost(host)} was lost: ${printable(error.message, { limit: 300 })}`;
      destroy();
    } else {
      fail(options.explain() ?? describeSshError(host, error, { phase, denied: cutOff }));
    }
  });
  const onClosed = () => {
    lost ??= `The connection to ${describeHost(host)} was closed by the server`;
    fail(options.explain() ?? closedError(host, phase));
    return lost;
  };
  client.on('close', () => closed.resolve(onClosed()));
  client.on('banner', (text) => {
    banner = printable(`${banner} ${text.slice(0, BANNER_BYTES)}`, { limit: 500 });
  });
  client.on('change password', () => fail(denied('the server wants the password to be changed first')));
  client.on('ready', () => {
    flight?.accepted();
    login.accepted();
    ready.resolve();
  });

  const onAbort = () => fail(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  try {
    joinWrites(socket);
    shareLoop(socket, eventLoop);
    holdFirstWord(socket, options.turn);
    const rekeys = new RekeyLimit(socket);
    client.connect({
      sock: socket as never,
      username: host.user,
      algorithms: options.algorithms as never,
      // We keep the time and the liveness ourselves.
      readyTimeout: 0,
      keepaliveInterval: 0,
      hostVerifier: (key: Buffer, answer: (isTrusted: boolean) => void) => {
        // Called again at every rekey: then the key must be the same, and nobody is asked.
        if (pinnedKey !== undefined) {
          const isSame = key.equals(pinnedKey);
          const found = isSame ? 'it renews its keys again and again' : 'its host key changed';
          const isFine = isSame && rekeys.take();
          if (!isFine) lost ??= `The connection to ${describeHost(host)} was cut off: ${found}`;
          answer(isFine);
          return;
        }
        verify(Buffer.from(key))
          .then(() => answer(true))
          // Who is not trusted gets no further word from us.
          .catch(fail);
      },
      authHandler: (_left, _partial, next) => {
        login
          .next()
          .then((method) => {
            if (method === undefined) fail(denied());
            else next(method);
          })
          .catch(fail);
      },
    });
    const privates = openPrivates(client);
    gatherGreeting(privates);
    releaseReads(privates);
    const onViolation = (found: string) =>
      fail(connectError('connect/protocol', `The connection to ${describeHost(host)} was cut off: ${found}`));
    guardChannels(privates, { socket, onViolation });
    wrap(privates.protocol._handlers, 'DISCONNECT', (original) => (...args) => {
      original(...args);
      // ssh2 would go on reading from a server that says goodbye and stays.
      onClosed();
      destroy();
    });
    const order = openOrder(privates, { onViolation });
    client.on('handshake', (agreed) => {
      prepareKeys(privates);
      if (phase === 'login') return;
      const weak = weakness(host, agreed, { isStrict: privates.protocol._strictMode === true });
      if (weak !== undefined) {
        fail(weak);
        return;
      }
      phase = 'login';
      order.verified();
      options.onVerified();
      remembered = check.remember();
      remembered.catch(fail);
    });
    const channels = openChannels(host, client, privates, { socket, lost: () => lost });
    if (options.first !== undefined) {
      const { onMisguessed } = options;
      flight = prepareFlight(host, privates, { ...options.first, socket, start: channels.exec, fail, onMisguessed });
    }
    signAtOnce(privates, {
      offered: login.offered,
      onRefused: (methods, isPartial) => {
        flight?.refused();
        login.refused(methods, isPartial);
      },
      onSigned: (identity, send) => (flight === undefined ? send() : flight.sign(identity, send)),
      onUnusable: (identity, error) => login.note(`${identity.label} could not sign (${error.message})`),
    });
    order.enforce();
    await ready.promise;
    await remembered;
    isReady = true;
    const stopWatching = watchLiveness(socket, host, {
      loop: eventLoop,
      ping: () => ping(privates),
      onDead: (silentMs) => {
        lost ??= `The connection to ${describeHost(host)} was lost: no sign of life for ${silentMs / 1000} s`;
        destroy();
      },
    });
    closed.promise.then(stopWatching);
    return {
      exec: (request) => flight?.take(request) ?? channels.exec(request),
      forward: channels.forward,
      closed: closed.promise,
      close: () => {
        lost ??= `The connection to ${describeHost(host)} was closed`;
        client.end();
        after({ ms: GOODBYE_MS }, destroy);
      },
    };
  } catch (error) {
    if (flight?.isInTheAir) options.onMisguessed();
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
