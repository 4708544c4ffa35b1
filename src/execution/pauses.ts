import { wait } from '../base/wait.ts';
import type { Server } from '../domain/server.ts';

/** Pauses that began just now go on when another server answers: what answers it is not out of reach for want of a network. */
const YOUNG_MS = 2_000;

interface Pause {
  readonly server: string;
  readonly began: number;
  readonly end: AbortController;
}

/** The pauses between tries to reach servers again; a person, or a network that is back, ends them early. */
export class Pauses {
  readonly #waiting = new Set<Pause>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves after `ms` milliseconds, or when somebody ends it; rejects with `signal.reason`. */
  async wait(server: Pick<Server, 'name'>, ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const pause: Pause = { server: server.name, began: this.#now(), end: new AbortController() };
    this.#waiting.add(pause);
    try {
      await wait(ms, { signal: AbortSignal.any([signal, pause.end.signal]) });
    } catch (reason) {
      if (signal.aborted || !pause.end.signal.aborted) throw reason;
    } finally {
      this.#waiting.delete(pause);
    }
  }

  /** Ends the pauses of these servers, of all unless told; says whether somebody waited. */
  end(servers?: readonly string[]): boolean {
    const ended = [...this.#waiting].filter(({ server }) => !servers || servers.includes(server));
    for (const pause of ended) pause.end.abort();
    return ended.length > 0;
  }

  /** A server has answered: the network may be back, so those are tried at once that have waited for a while. */
  endOld(): void {
    for (const { began, end } of this.#waiting) if (this.#now() - began >= YOUNG_MS) end.abort();
  }
}
