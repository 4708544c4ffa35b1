import { eventLoop } from '../base/loop-share.ts';
import { isOutOfFiles } from '../base/out-of-files.ts';
import { after } from '../base/shared-timers.ts';
import { abortable } from '../base/wait.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Server } from '../domain/server.ts';
import type { Artifact, Artifacts } from '../runner/artifacts.ts';
import type { Pin } from '../runner/pin.ts';
import { type FirstStart, type OpenedSession, type OpenSessionOptions, openSession } from '../runner/runner.ts';
import type { Session } from '../runner/session.ts';
import type { SessionHelpers } from '../runner/session-start.ts';
import type { Transport } from '../transport/transport.ts';

/** An unused session is closed after this time, so that a server is not held for ever. */
const IDLE_MS = 300_000;

/** A runner looks at every job that it keeps to find what is old, and keeps even what is acknowledged for an hour. */
const COLLECT_EVERY_MS = 600_000;

export interface SessionsDeps {
  readonly artifacts: () => Promise<Artifacts>;
  readonly transport: (server: Server) => Transport;
  /** The runner version to which a server was rolled back, as it is known now. */
  readonly pin: (server: Server) => Pin | undefined;
  readonly journal: SessionJournal;
  /** Answers what scripts ask. */
  readonly helpers: SessionHelpers;
}

/** What becomes of the sessions, as it happens. */
export interface SessionJournal {
  opening(server: Server): void;
  /** A runner is about to be put on the server. */
  deploying(server: Server, artifact: Artifact, from: { readonly version: string; readonly run?: string }): void;
  deployFailed(server: Server, artifact: Artifact): void;
  /** A runner has said hello. */
  opened(server: Server, session: Session, deployed: Artifact | undefined): void;
  failed(server: Server, error: unknown): void;
  closed(server: Server): void;
}

export type UseOptions = Omit<OpenSessionOptions, 'server' | 'pin' | 'helpers'>;

interface Entry {
  readonly opening: Promise<OpenedSession>;
  /** The hash of the version that was pinned when it was opened. */
  readonly pinned: string | undefined;
  users: number;
  /** The runner has said hello. */
  isOpen: boolean;
  /** Ends the wait until it is closed, unused as it is. */
  keep?: () => void;
}

/** One live session per server, shared by all jobs there; opened at first use, closed when idle. */
export class Sessions implements AsyncDisposable {
  readonly #deps: SessionsDeps;
  /** What is shared by whoever comes. */
  readonly #entries = new Map<string, Entry>();
  /** These and those that were replaced, as long as they are open. */
  readonly #open = new Map<Entry, Server>();
  /** Machine and base directory → when its runner was last asked to remove what is old, on the clock of `performance`. */
  readonly #collectedAt = new Map<string, number>();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** A session with the server, and the handle of `first`; disposing what comes back only says that it is not used any more. */
  async use(server: Server, options: UseOptions): Promise<OpenedSession & Disposable> {
    for (;;) {
      const shared = this.#current(server);
      if (!shared || options.force) return await this.#begin(server, options);
      const opened = await abortable(shared.opening, options).catch(() => undefined);
      options.signal.throwIfAborted();
      if (!opened || opened.session.closed || this.#entries.get(keyOf(server)) !== shared) {
        if (this.#entries.get(keyOf(server)) === shared) this.#entries.delete(keyOf(server));
        continue;
      }
      return this.#join(server, shared, opened.session, options.first, options.onSent);
    }
  }

  /** Says whether a runner is there to be asked: nobody has to connect. */
  isOpen(server: Server): boolean {
    return this.#entries.get(keyOf(server))?.isOpen ?? false;
  }

  /** Whoever comes from now on gets a new session; those who use the old one finish with it. */
  replace(server: Server): void {
    const entry = this.#entries.get(keyOf(server));
    if (!entry) return;
    this.#entries.delete(keyOf(server));
    if (entry.users === 0) this.#close(server, entry);
  }

  /** Closes the session that nobody uses, and the connection under it; says whether nobody did. */
  async close(server: Server): Promise<boolean> {
    const entries = [...this.#open].flatMap(([entry, to]) => (keyOf(to) === keyOf(server) ? [entry] : []));
    if (entries.some(({ users }) => users > 0)) return false;
    this.#entries.delete(keyOf(server));
    await Promise.all(entries.map((entry) => this.#close(server, entry)));
    await this.#deps.transport(server)[Symbol.asyncDispose]();
    return true;
  }

  /** Lets the runners of all open sessions remove what is old, each place once: the same runner may go by many names. */
  async collect(): Promise<void> {
    const now = performance.now();
    for (const [place, at] of this.#collectedAt) if (now - at >= COLLECT_EVERY_MS) this.#collectedAt.delete(place);
    for (const entry of [...this.#entries.values()]) {
      const opened = await entry.opening.catch(() => undefined);
      if (!opened || opened.session.closed) continue;
      const { host, base } = opened.session.hello;
      const place = `${host} ${base}`;
      if (this.#collectedAt.has(place)) continue;
      this.#collectedAt.set(place, now);
      await eventLoop.turn();
      opened.session.collect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#open.keys()];
    this.#entries.clear();
    this.#open.clear();
    await Promise.all(
      entries.map(async (entry) => {
        entry.keep?.();
        const opened = await entry.opening.catch(() => undefined);
        await eventLoop.turn();
        await opened?.session[Symbol.asyncDispose]();
      }),
    );
  }

  /** The session to share; one that was opened before the server was rolled back, here or by another process, is none. */
  #current(server: Server): Entry | undefined {
    const entry = this.#entries.get(keyOf(server));
    if (entry && entry.pinned !== this.#deps.pin(server)?.sha256) this.replace(server);
    return this.#entries.get(keyOf(server));
  }

  async #begin(server: Server, options: UseOptions): Promise<OpenedSession & Disposable> {
    this.replace(server);
    const pin = this.#deps.pin(server);
    const opening = this.#connect(server, pin, options);
    const entry: Entry = { opening, pinned: pin?.sha256, users: 1, isOpen: false };
    this.#entries.set(keyOf(server), entry);
    this.#open.set(entry, server);
    this.#deps.journal.opening(server);
    try {
      const opened = await opening;
      entry.isOpen = true;
      opened.session.onDidClose(() => this.#forget(server, entry));
      if (opened.session.closed) throw opened.session.closed;
      return { ...opened, [Symbol.dispose]: this.#leave(server, entry) };
    } catch (error) {
      this.#forget(server, entry);
      // The next try finds room: what is only kept for later takes files, too.
      if (isOutOfFiles(error)) await this.#closeUnused();
      this.#deps.journal.failed(server, error);
      throw error;
    }
  }

  async #connect(server: Server, pin: Pin | undefined, options: UseOptions): Promise<OpenedSession> {
    const artifacts = await this.#deps.artifacts();
    const { version } = artifacts;
    const { journal } = this.#deps;
    let deploying: Artifact | undefined;
    try {
      const opened = await openSession(this.#deps.transport(server), artifacts, {
        ...options,
        ...(pin ? { pin } : {}),
        server: server.name,
        helpers: this.#deps.helpers,
        onDeploy: (artifact, progress) => {
          const run = options.first?.start.run;
          if (deploying !== artifact) journal.deploying(server, artifact, { version, ...(run ? { run } : {}) });
          deploying = artifact;
          options.onDeploy?.(artifact, progress);
        },
      });
      journal.opened(server, opened.session, opened.deployed);
      return opened;
    } catch (error) {
      if (deploying) journal.deployFailed(server, deploying);
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
    entry.keep?.();
    const leave = this.#leave(server, entry);
    if (!first) return { session, [Symbol.dispose]: leave };
    onSent?.();
    return {
      session,
      first: session.start(first.start, first.context ? { context: first.context } : {}),
      [Symbol.dispose]: leave,
    };
  }

  #leave(server: Server, entry: Entry): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      const isReplaced = this.#entries.get(keyOf(server)) !== entry;
      if (isReplaced) this.#close(server, entry);
      else entry.keep = after({ ms: IDLE_MS }, () => this.#retire(server, entry));
    };
  }

  async #closeUnused(): Promise<void> {
    const unused = [...this.#open].flatMap(([entry, server]) => (entry.users === 0 ? [server] : []));
    await Promise.all(unused.map((server) => this.close(server)));
  }

  #retire(server: Server, entry: Entry): void {
    this.#entries.delete(keyOf(server));
    this.#close(server, entry);
  }

  async #close(server: Server, entry: Entry): Promise<void> {
    entry.keep?.();
    const opened = await entry.opening.catch(() => undefined);
    await opened?.session[Symbol.asyncDispose]();
    this.#open.delete(entry);
    if (!this.#entries.has(keyOf(server))) this.#deps.journal.closed(server);
  }

  #forget(server: Server, entry: Entry): void {
    entry.keep?.();
    this.#open.delete(entry);
    if (this.#entries.get(keyOf(server)) !== entry) return;
    this.#entries.delete(keyOf(server));
    this.#deps.journal.closed(server);
  }
}

/** A name may mean another machine after the configuration was changed. */
function keyOf({ name, address }: Server): string {
  return `${name} ${address}`;
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
