import type { Cronium } from '../app/cronium.ts';
import type { LazyEngine } from './engine.ts';

/**
 * Looks for what other processes change (another window, the command line) while somebody sees it or waits for it, and never
 * otherwise. It opens no engine: where none is open, nothing is shown.
 */
export class Watching implements Disposable {
  readonly #engine: Pick<LazyEngine, 'opened' | 'onDidOpen'>;
  readonly #isWanted: () => boolean;
  readonly #opened: Disposable;
  #held: { readonly of: Cronium; readonly watch: Disposable } | undefined;

  constructor(engine: Pick<LazyEngine, 'opened' | 'onDidOpen'>, isWanted: () => boolean) {
    this.#engine = engine;
    this.#isWanted = isWanted;
    this.#opened = engine.onDidOpen(() => this.update());
  }

  /** What is wanted may have changed. */
  update(): void {
    const { opened } = this.#engine;
    if (!opened || !this.#isWanted()) this.#release();
    else if (this.#held?.of !== opened) {
      this.#release();
      this.#held = { of: opened, watch: opened.watch() };
    }
  }

  [Symbol.dispose](): void {
    this.#opened[Symbol.dispose]();
    this.#release();
  }

  #release(): void {
    this.#held?.watch[Symbol.dispose]();
    this.#held = undefined;
  }
}
