import { CroniumError, sentence } from '../domain/errors.ts';
import type { Health, KnownServer } from './cronium.ts';

/** What this process knows of its servers from its own conversations with them; gone when it ends. */
export class ServerStates {
  readonly #changed: () => void;
  readonly #states = new Map<string, Pick<KnownServer, 'state' | 'problem'>>();
  readonly #health = new Map<string, NonNullable<KnownServer['health']>>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  of(server: string): Pick<KnownServer, 'state' | 'problem' | 'health'> {
    const health = this.#health.get(server);
    return { state: 'unknown', ...this.#states.get(server), ...(health ? { health } : {}) };
  }

  connecting(server: string): void {
    this.#set(server, { state: 'connecting' });
  }

  connected(server: string): void {
    this.#set(server, { state: 'connected' });
  }

  /** Somebody who gave up has learned nothing of the server. */
  failed(server: string, error: unknown): void {
    if (error instanceof CroniumError) this.#set(server, { state: 'failed', problem: sentence(error) });
    else this.closed(server);
  }

  /** The connection is gone; that says nothing of the server. */
  closed(server: string): void {
    this.#states.delete(server);
    this.#changed();
  }

  answered(server: string, health: Health): void {
    this.#health.set(server, { at: Date.now(), health });
    this.#changed();
  }

  #set(server: string, state: Pick<KnownServer, 'state' | 'problem'>): void {
    this.#states.set(server, state);
    this.#changed();
  }
}
