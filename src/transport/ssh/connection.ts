import type { Duplex } from 'node:stream';
import type { ParsedKey } from 'ssh2';
import type { OpenOptions, Prompts, RemoteProcess } from '../transport.ts';
import { planAlgorithms } from './algorithms.ts';
import { Deadline } from './deadline.ts';
import { establish } from './establish.ts';
import { openHostKeyCheck } from './host-key.ts';
import { collectIdentities, type Identity, type IdentityDeps } from './identity.ts';
import type { KeyFiles } from './key-file.ts';
import { fingerprint } from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { createLogin } from './login.ts';
import { type LoginMemory, placeOf } from './login-memory.ts';
import { type ProxySocket, startProxyCommand } from './proxy-command.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { connectSocket } from './socket.ts';
import { type Phase, timeoutError } from './ssh-error.ts';
import type { Turns } from './turns.ts';

/** Servers that are switched off must not keep the others waiting. */
const SILENT_MS = 1_000;

/** What is to be started; the same object stands for the same start. */
export interface StartRequest extends OpenOptions {
  readonly command: string;
}

/** A live, authenticated connection to one host. */
export interface Connection {
  /** Starts a command, see `Transport.open`; the one that was sent along with the login is under way already. */
  exec(request: StartRequest): Promise<RemoteProcess>;
  /** A way through this host to another one. */
  forward(to: ResolvedHost, options: { readonly signal: AbortSignal }): Promise<Duplex>;
  /** Resolves, with a sentence, when the connection is gone. */
  readonly closed: Promise<string>;
  /** Says goodbye; what still runs in its channels loses them. May be called twice. */
  close(): void;
}

export interface ConnectionDeps {
  /** What the person calls the server. */
  readonly server: string;
  readonly prompts: Prompts;
  readonly turns: Turns;
  readonly knownHosts: KnownHostsFiles;
  readonly keyFiles: KeyFiles;
  /** Encrypted keys that this process has opened, by `keyId`. */
  readonly unlocked: Map<string, ParsedKey>;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (message: string) => void;
  /** The last jump host, if there is one. */
  readonly via: Connection | undefined;
  /** The jump hosts on the way, of which `via` is the last. */
  readonly jumps: readonly string[];
  readonly logins: LoginMemory;
  /** Waits until there is time for a handshake; the server has said its first word. */
  readonly turnToShake: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** It may take long, and not for our sake: a person is going to be asked, or nobody answers. */
  readonly onWaiting: () => void;
}

export interface ConnectSshOptions {
  /** What will be asked of the connection first: sent along with the login where the server is known. */
  readonly first?: StartRequest;
  readonly signal: AbortSignal;
}

/** Connects to `host`, verifies it, logs in. Everything that waits is bounded, but for a person. */
export async function connectSsh(
  host: ResolvedHost,
  deps: ConnectionDeps,
  options: ConnectSshOptions,
): Promise<Connection> {
  const place = placeOf(host, deps.jumps);
  const accepted = deps.logins.keyFor(place);
  let isCutOff = false;
  try {
    const onCutOff = () => {
      isCutOff = true;
    };
    return await attempt(host, deps, { ...options, place, ...(accepted === undefined ? {} : { accepted }), onCutOff });
  } catch (error) {
    if (accepted === undefined || !isCutOff) throw error;
    // The key that was right last time has used up what the server bears: once more in the order of the configuration.
    deps.logins.forget(place);
    return await attempt(host, deps, { ...options, place, onCutOff: () => {} });
  }
}

interface AttemptOptions extends ConnectSshOptions {
  readonly place: string;
  /** The fingerprint of the key that was accepted last time. */
  readonly accepted?: string;
  /** The server ends the connection over too many refused keys. */
  readonly onCutOff: () => void;
}

async function attempt(host: ResolvedHost, deps: ConnectionDeps, options: AttemptOptions): Promise<Connection> {
  const { place, accepted, first, signal } = options;
  signal.throwIfAborted();
  let phase: Phase = 'socket';
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const deadline = new Deadline(() => stop.abort(timeoutError(host, phase)));
  let silence: NodeJS.Timeout | undefined;
  const whileAsking = <T>(work: () => Promise<T>) => {
    deps.onWaiting();
    return deadline.without(work);
  };
  const askPerson = <T>(work: (options: { signal: AbortSignal }) => Promise<T>) =>
    whileAsking(() => deps.turns.take(() => work({ signal: stop.signal }), { signal: stop.signal }));

  try {
    const check = await openHostKeyCheck(host, { ...deps, whileAsking });
    const algorithms = planAlgorithms(host, check.knownTypes);
    const identities = collectIdentities(host, {
      keyFiles: deps.keyFiles,
      ...(accepted === undefined ? {} : { accepted }),
      whileSigning: (work) => deadline.without(work),
      ...unlockingFor(host, deps, askPerson),
    });
    // Nobody looks at it before the handshake is done.
    identities.catch(() => {});
    const onAccepted = (key: Identity | undefined) => {
      if (key === undefined) deps.logins.forget(place);
      else deps.logins.accepted(place, fingerprint(key.publicKey.getPublicSSH()));
    };
    silence = setTimeout(deps.onWaiting, SILENT_MS);
    deadline.start(host.connectTimeoutMs);
    const { socket, explain } = await openSocket(host, deps, stop.signal);
    phase = 'handshake';
    const knownKey = async () => (await identities).known;
    return await establish(host, socket, {
      ...(first === undefined || accepted === undefined ? {} : { first: { request: first, knownKey } }),
      onMisguessed: () => deps.logins.forget(place),
      onCutOff: options.onCutOff,
      algorithms,
      check,
      explain,
      turn: () => {
        clearTimeout(silence);
        return deadline.without(() => deps.turnToShake({ signal: stop.signal }));
      },
      createLogin: (fail) => createLogin(host, { ...deps, identities, askPerson, fail, onAccepted }),
      onVerified: () => {
        phase = 'login';
        deadline.start(host.connectTimeoutMs);
      },
      signal: stop.signal,
    });
  } catch (error) {
    // Whoever is being asked need not answer any more.
    stop.abort(error);
    throw error;
  } finally {
    clearTimeout(silence);
    deadline.stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function unlockingFor(
  host: ResolvedHost,
  { prompts, server, unlocked }: ConnectionDeps,
  askPerson: <T>(work: (options: { signal: AbortSignal }) => Promise<T>) => Promise<T>,
): Pick<IdentityDeps, 'unlocking'> {
  const { askSecret } = prompts;
  if (askSecret === undefined || host.batchMode) return {};
  const subject = (path: string): string => `passphrase ${path}`;
  return {
    unlocking: {
      unlocked,
      inTurn: (work) =>
        askPerson((options) =>
          work({
            ask: (path, attempt) =>
              askSecret(`Passphrase of the key "${path}"`, { ...options, server, subject: subject(path), attempt }),
            tried: (path, found) => prompts.secretTried?.(subject(path), found),
          }),
        ),
    },
  };
}

async function openSocket(host: ResolvedHost, { via, env }: ConnectionDeps, signal: AbortSignal): Promise<ProxySocket> {
  const explain = () => undefined;
  if (via !== undefined) return { socket: await via.forward(host, { signal }), explain };
  if (host.proxyCommand !== undefined) return startProxyCommand(host, { env });
  return { socket: await connectSocket(host, { signal }), explain };
}
