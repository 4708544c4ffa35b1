import { abortable } from '../base/wait.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Server } from '../domain/server.ts';
import type { Artifact, Artifacts } from '../runner/artifacts.ts';
import { type FirstStart, type OpenedSession, type OpenSessionOptions, openSession } from '../runner/runner.ts';
import type { Session } from '../runner/session.ts';
import type { Transport } from '../transport/transport.ts';

/** An unused session is closed after this time, so that a server is not held for ever. */
const IDLE_MS = 300_000;

export interface SessionsDeps {
  readonly artifacts: () => Promise<Artifacts>;
  readonly transport: (server: Server) => Transport;
  /** A runner is about to be put on the server. */
  readonly onDeploying: (server: Server, artifact: Artifact, run: string | undefined) => void;
  readonly onDeployFailed: (server: Server, artifact: Artifact) => void;
  /** A runner has said hello. */
  readonly onOpened: (server: Server, session: Session, deployed: Artifact | undefined) => void;
}

export type UseOptions = Omit<OpenSessionOptions, 'server'>;

interface Entry {
  readonly opening: Promise<OpenedSession>;
  users: number;
  idle?: NodeJS.Timeout;
}

/** One live session per server, shared by all jobs there; opened at first use, closed when idle. */
export class Sessions implements AsyncDisposable {
  readonly #deps: SessionsDeps;
  readonly #entries = new Map<string, Entry>();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** A session with the server, and the handle of `first`; disposing what comes back only says that it is not used any more. */
  async use(server: Server, options: UseOptions): Promise<OpenedSession & Disposable> {
    for (;;) {
      const shared = this.#entries.get(server.name);
      if (!shared) return await this.#open(server, options);
      const opened = await abortable(shared.opening, options).catch(() => undefined);
      options.signal.throwIfAborted();
      if (!opened || opened.session.closed || this.#entries.get(server.name) !== shared) {
        if (this.#entries.get(server.name) === shared) this.#entries.delete(server.name);
        continue;
      }
      return this.#join(server, shared, opened.session, options.first, options.onSent);
    }
  }

  /** Lets the runners of all open sessions remove what is old. */
  async collect(): Promise<void> {
    for (const entry of this.#entries.values()) {
      const opened = await entry.opening.catch(() => undefined);
      if (opened && !opened.session.closed) opened.session.collect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(
      entries.map(async (entry) => {
        clearTimeout(entry.idle);
        const opened = await entry.opening.catch(() => undefined);
        await opened?.session[Symbol.asyncDispose]();
      }),
    );
  }

  async #open(server: Server, options: UseOptions): Promise<OpenedSession & Disposable> {
    const opening = this.#connect(server, options);
    const entry: Entry = { opening, users: 1 };
    this.#entries.set(server.name, entry);
    try {
      const opened = await opening;
      opened.session.onDidClose(() => this.#forget(server, entry));
      if (opened.session.closed) throw opened.session.closed;
      return { ...opened, [Symbol.dispose]: this.#leave(server, entry) };
    } catch (error) {
      this.#forget(server, entry);
      throw error;
    }
  }

  async #connect(server: Server, options: UseOptions): Promise<OpenedSession> {
    const artifacts = await this.#deps.artifacts();
    let deploying: Artifact | undefined;
    try {
      const opened = await openSession(this.#deps.transport(server), artifacts, {
        ...options,
        server: server.name,
        onDeploy: (artifact, progress) => {
          if (deploying !== artifact) this.#deps.onDeploying(server, artifact, options.first?.start.run);
          deploying = artifact;
          options.onDeploy?.(artifact, progress);
        },
      });
      this.#deps.onOpened(server, opened.session, opened.deployed);
      return opened;
    } catch (error) {
      if (deploying) this.#deps.onDeployFailed(server, deploying);
      throw error;
    }
  }

  #join(
    server: Server,
    entry: Entry,
    session: Session,
    first: FirstStart | undefined,
    onSent: (() => void) | undefined,
  ): OpenedSession & Disposable {
    entry.users += 1;
    clearTimeout(entry.idle);
    const leave = this.#leave(server, entry);
    if (!first) return { session, [Symbol.dispose]: leave };
    onSent?.();
    return { session, first: session.start(first.start), [Symbol.dispose]: leave };
  }

  #leave(server: Server, entry: Entry): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      entry.idle = setTimeout(() => {
        this.#forget(server, entry);
        entry.opening.then(
          ({ session }) => session[Symbol.asyncDispose](),
          () => {},
        );
      }, IDLE_MS).unref();
    };
  }

  #forget(server: Server, entry: Entry): void {
    clearTimeout(entry.idle);
    if (this.#entries.get(server.name) === entry) this.#entries.delete(server.name);
  }
}

const DISCONNECTIONS: ReadonlySet<string> = new Set([
  'connect/closed',
  'session/closed',
  'session/hello',
  'session/reset',
  'session/silent',
  'session/violation',
]);

/** Says whether an error means that a session or connection went away, so that a new one may help. */
export function isDisconnection(error: unknown): boolean {
  return error instanceof CroniumError && DISCONNECTIONS.has(error.code);
}
