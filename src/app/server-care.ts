import { CroniumError } from '../domain/errors.ts';
import type { Server } from '../domain/server.ts';
import type { Sessions, UseOptions } from '../execution/sessions.ts';
import type { Session } from '../runner/session.ts';
import type { DeploymentRecord } from '../store/deployments.ts';
import type { Store } from '../store/store.ts';
import type { Cleaned, Deployment, Health, Inventory, ServerFacts } from './cronium.ts';
import type { ServerStates } from './server-states.ts';

/** An upload of a runner that has not ended after this time was cut off together with its client. */
const DEPLOY_LIMIT_MS = 1_800_000;

export interface ServerCareDeps {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly states: ServerStates;
  changed(): void;
}

type Stop = Pick<UseOptions, 'signal'>;

/** What is done with a server besides running scripts on it. */
export class ServerCare {
  readonly #deps: ServerCareDeps;

  constructor(deps: ServerCareDeps) {
    this.#deps = deps;
  }

  async connect(server: Server, options: Stop): Promise<ServerFacts> {
    const { sessions, states } = this.#deps;
    const wasThere = states.of(server.name).state === 'connected';
    const began = performance.now();
    using used = await sessions.use(server, options);
    const { hello } = used.session;
    return {
      platform: `${hello.os}/${hello.arch}`,
      host: hello.host,
      runnerVersion: hello.version,
      runnerSha256: hello.sha256,
      base: hello.base,
      tookMs: wasThere ? 0 : Math.round(performance.now() - began),
    };
  }

  disconnect(server: Server): Promise<boolean> {
    return this.#deps.sessions.close(server);
  }

  async health(server: Server, options: Stop): Promise<Health> {
    const health = await this.#ask(server, options, (session) => session.health(options));
    this.#deps.states.answered(server.name, health);
    return health;
  }

  deployments(): readonly Deployment[] {
    const cutOff = Date.now() - DEPLOY_LIMIT_MS;
    return this.#deps.store.deployments
      .latest()
      .map((each) => (each.state === 'deploying' && each.at < cutOff ? { ...each, state: 'failed' } : each));
  }

  /** Puts our runner on the server anew; what the server was rolled back to does not count any more. */
  async deploy(server: Server, options: Stop): Promise<Deployment> {
    const { deployments } = this.#deps.store;
    return await this.#changePin(server, () => deployments.endPin(server.name), { ...options, force: true });
  }

  async rollBack(server: Server, sha256: string, options: Stop): Promise<Deployment> {
    const { deployments } = this.#deps.store;
    const known = deployments.find(server.name, sha256);
    if (!known) {
      const found = 'no such version was put there, as far as we know; deploy the current one';
      throw new CroniumError(
        'deploy/gone',
        `Cannot roll back "${server.name}" to runner ${sha256.slice(0, 8)}: ${found}`,
      );
    }
    try {
      return await this.#changePin(server, () => deployments.setPin(server.name, known), options);
    } catch (error) {
      if (error instanceof CroniumError && error.code === 'deploy/gone') {
        deployments.remove(server.name, sha256);
        this.#deps.changed();
      }
      throw error;
    }
  }

  async removeRunner(server: Server, sha256: string, options: Stop): Promise<void> {
    try {
      await this.#ask(server, options, (session) => session.remove(sha256, options));
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      if (error.code === 'runner/busy') throw new CroniumError('deploy/busy', error.message, { cause: error });
      // It is gone already.
      if (error.code !== 'runner/unknown') throw error;
    }
    this.#forgetRunners(server, (each) => each !== sha256);
  }

  async inventory(server: Server, options: Stop): Promise<Inventory> {
    return await this.#ask(server, options, async (session) => {
      const items = await session.inventory(options);
      const runners = items.flatMap(({ kind, name }) => (kind === 'runner' ? [name] : []));
      if (this.#deps.store.deployments.keepOnly(server.name, runners)) this.#deps.changed();
      return { base: session.hello.base, items };
    });
  }

  async clean(server: Server, options: Stop): Promise<Cleaned> {
    return await this.#ask(server, options, async (session) => {
      const { removed, kept } = await session.clean(options);
      const runners = kept.flatMap(({ kind, name }) => (kind === 'runner' ? [name] : []));
      this.#deps.store.servers.forgetPayloads(server.name);
      this.#forgetRunners(server, (each) => runners.includes(each));
      return { base: session.hello.base, items: removed, kept };
    });
  }

  async #ask<T>(server: Server, options: Stop, ask: (session: Session) => Promise<T>): Promise<T> {
    using used = await this.#deps.sessions.use(server, options);
    return await ask(used.session);
  }

  /** Opens a session with another version than before; the one of before stays in use when that fails. */
  async #changePin(server: Server, change: () => void, options: UseOptions): Promise<Deployment> {
    const { sessions, store } = this.#deps;
    const { deployments } = store;
    const before = deployments.pin(server.name);
    change();
    try {
      using used = await sessions.use(server, options);
      return deployments.find(server.name, used.session.hello.sha256) as DeploymentRecord;
    } catch (error) {
      if (before) deployments.setPin(server.name, before);
      else deployments.endPin(server.name);
      throw error;
    }
  }

  /** Only the runners that `stays` says are on the server; a session whose runner is gone cannot start scripts any more. */
  #forgetRunners(server: Server, stays: (sha256: string) => boolean): void {
    const { sessions, store } = this.#deps;
    const known = store.deployments.latest().filter((each) => each.server === server.name);
    store.deployments.keepOnly(
      server.name,
      known.map(({ sha256 }) => sha256).filter((sha256) => stays(sha256)),
    );
    const pin = store.deployments.pin(server.name);
    if (pin && !stays(pin.sha256)) store.deployments.endPin(server.name);
    sessions.replace(server);
    this.#deps.changed();
  }
}
