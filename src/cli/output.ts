import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Where text goes to. `write` resolves when there is room for more; a reader that went away is told once. */
export class Output {
  readonly #stream: Writable;
  #isGone = false;

  /** `onGone`: whoever read our output has closed it (`| head`). */
  constructor(stream: Writable, onGone: () => void) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!this.#isGone) onGone();
      this.#isGone = true;
    });
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (this.#isGone || text.length === 0) return;
    if (!this.#stream.write(text))
      await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')]).catch(() => {});
  }
}
