import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Where text goes to. `write` resolves when there is room for more; a reader that went away is told once. */
export class Output {
  readonly #stream: Writable;
  readonly #gone = Promise.withResolvers<void>();
  #isGone = false;

  /** `onGone`: whoever read our output has closed it (`| head`), the terminal is gone, or there is no room for it. */
  constructor(stream: Writable, onGone: () => void) {
    this.#stream = stream;
    const leave = (): void => {
      if (this.#isGone) return;
      this.#isGone = true;
      this.#gone.resolve();
      onGone();
    };
    stream.on('error', leave);
    stream.on('close', () => this.#gone.resolve());
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (this.#isGone || text.length === 0) return;
    if (this.#stream.write(text)) return;
    const waiting = new AbortController();
    const drained = once(this.#stream, 'drain', { signal: waiting.signal }).catch(() => {});
    await Promise.race([drained, this.#gone.promise]);
    waiting.abort();
  }
}
