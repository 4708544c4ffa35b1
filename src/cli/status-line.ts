import type { Writable } from 'node:stream';

/** Drawn at most this often, so that progress costs nothing. */
const DRAW_EVERY_MS = 100;

/** One line at the bottom of a terminal that other output never mixes with: `clear` before writing, `set` after. */
export class StatusLine implements Disposable {
  readonly #terminal: (Writable & { readonly columns?: number }) | undefined;
  #text = '';
  #isDrawn = false;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Without a terminal it does nothing. */
  constructor(terminal: (Writable & { readonly columns?: number }) | undefined) {
    this.#terminal = terminal;
  }

  set(text: string): void {
    if (!this.#terminal || text === this.#text) return;
    this.#text = text;
    this.#schedule();
  }

  /** Nothing is drawn until what comes back is disposed: somebody else has the terminal. */
  hold(): Disposable {
    this.clear();
    this.#holds += 1;
    return {
      [Symbol.dispose]: () => {
        this.#holds -= 1;
        this.#schedule();
      },
    };
  }

  clear(): void {
    if (!this.#isDrawn) return;
    this.#terminal?.write('\r\x1b[K');
    this.#isDrawn = false;
    this.#schedule();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#text = '';
    if (this.#isDrawn) this.#terminal?.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#text === '' || this.#holds > 0) return;
      const width = (this.#terminal?.columns ?? 80) - 1;
      this.#terminal?.write(`\r\x1b[K\x1b[2m${this.#text.slice(0, width)}\x1b[0m`);
      this.#isDrawn = true;
    }, DRAW_EVERY_MS).unref();
  }
}
