import type { Duplex } from 'node:stream';

// Honest servers renew their keys after an hour or a gigabyte, strict ones far more often; each time costs both sides a handshake.
const AT_ONCE = 32;
const EVERY_MS = 1_000;
const EVERY_BYTES = 1_048_576;

/** Counts how often a server renews its keys, against time and what it has sent meanwhile. */
export class RekeyLimit {
  readonly #now: () => number;
  #left = AT_ONCE;
  #bytes = 0;
  #refilledAt: number;

  constructor(socket: Pick<Duplex, 'on'>, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#refilledAt = now();
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
    });
  }

  /** The server renews its keys once more; false when it does nothing else. */
  take(): boolean {
    const now = this.#now();
    const earned = (now - this.#refilledAt) / EVERY_MS + this.#bytes / EVERY_BYTES;
    this.#left = Math.min(AT_ONCE, this.#left + earned) - 1;
    this.#refilledAt = now;
    this.#bytes = 0;
    return this.#left >= 0;
  }
}
