import type { Duplex } from 'node:stream';
import type { OpenOptions, Prompts, RemoteProcess } from '../transport.ts';
import { planAlgorithms } from './algorithms.ts';
import { Deadline } from './deadline.ts';
import { establish } from './establish.ts';
import { openHostKeyCheck } from './host-key.ts';
import { collectIdentities } from './identity.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { createLogin } from './login.ts';
import { type ProxySocket, startProxyCommand } from './proxy-command.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { connectSocket } from './socket.ts';
import { type Phase, timeoutError } from './ssh-error.ts';
import type { Turns } from './turns.ts';

/** A live, authenticated connection to one host. */
export interface Connection {
  /** Starts `command`; see `Transport.open`. */
  exec(command: string, options: OpenOptions): Promise<RemoteProcess>;
  /** A way through this host to another one. */
  forward(to: ResolvedHost, options: { readonly signal: AbortSignal }): Promise<Duplex>;
  /** Resolves, with a sentence, when the connection is gone. */
  readonly closed: Promise<string>;
  /** Says goodbye; what still runs in its channels loses them. May be called twice. */
  close(): void;
}

export interface ConnectionDeps {
  readonly prompts: Prompts;
  readonly turns: Turns;
  readonly knownHosts: KnownHostsFiles;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (message: string) => void;
  /** The last jump host, if there is one. */
  readonly via: Connection | undefined;
  /** A person is going to be asked: what comes may take long. */
  readonly onAsking: () => void;
}

/** Connects to `host`, verifies it, logs in. Everything that waits is bounded, but for a person. */
export async function connectSsh(
  host: ResolvedHost,
  deps: ConnectionDeps,
  options: { readonly signal: AbortSignal },
): Promise<Connection> {
  const { signal } = options;
  signal.throwIfAborted();
  let phase: Phase = 'socket';
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const deadline = new Deadline(() => stop.abort(timeoutError(host, phase)));
  const whileAsking = <T>(work: () => Promise<T>) => {
    deps.onAsking();
    return deadline.without(work);
  };
  const askPerson = <T>(work: (options: { signal: AbortSignal }) => Promise<T>) =>
    whileAsking(() => deps.turns.take(() => work({ signal: stop.signal }), { signal: stop.signal }));

  try {
    const check = await openHostKeyCheck(host, { ...deps, whileAsking });
    const algorithms = planAlgorithms(host, check.knownTypes);
    const identities = collectIdentities(host, askingFor(host, deps.prompts, askPerson));
    // Nobody looks at it before the handshake is done.
    identities.catch(() => {});
    deadline.start(host.connectTimeoutMs);
    const { socket, explain } = await openSocket(host, deps, stop.signal);
    phase = 'handshake';
    return await establish(host, socket, {
      algorithms,
      check,
      explain,
      createLogin: (fail) => createLogin(host, { prompts: deps.prompts, identities, askPerson, fail }),
      onVerified: () => {
        phase = 'login';
        deadline.start(host.connectTimeoutMs);
      },
      signal: stop.signal,
    });
  } finally {
    deadline.stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function askingFor(
  host: ResolvedHost,
  { askSecret }: Prompts,
  askPerson: <T>(work: (options: { signal: AbortSignal }) => Promise<T>) => Promise<T>,
) {
  if (askSecret === undefined || host.batchMode) return {};
  return {
    askPassphrase: (path: string) => askPerson((options) => askSecret(`Passphrase of the key "${path}"`, options)),
  };
}

async function openSocket(host: ResolvedHost, { via, env }: ConnectionDeps, signal: AbortSignal): Promise<ProxySocket> {
  const explain = () => undefined;
  if (via !== undefined) return { socket: await via.forward(host, { signal }), explain };
  if (host.proxyCommand !== undefined) return startProxyCommand(host, { env });
  return { socket: await connectSocket(host, { signal }), explain };
}
