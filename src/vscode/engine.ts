import type { Cronium } from '../app/cronium.ts';
import { Emitter } from '../base/emitter.ts';

/** The engine of this window, opened when it is first needed: activation stays cheap. */
export class LazyEngine implements AsyncDisposable {
  readonly #open: () => Promise<Cronium>;
  readonly #onDidChange = new Emitter<void>();
  readonly #onDidOpen = new Emitter<void>();
  #engine: Promise<Cronium> | undefined;
  #opened: Cronium | undefined;

  constructor(open: () => Promise<Cronium>) {
    this.#open = open;
  }

  get(): Promise<Cronium> {
    this.#engine ??= this.#start();
    return this.#engine;
  }

  /** The engine if it is open: for what may show more when it is, and is not worth opening it. */
  get opened(): Cronium | undefined {
    return this.#opened;
  }

  onDidOpen(listener: () => void): Disposable {
    return this.#onDidOpen.on(listener);
  }

  /** Runs, deployments or what is known of servers have changed. */
  onDidChange(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    this.#opened = undefined;
    await engine?.[Symbol.asyncDispose]();
  }

  async #start(): Promise<Cronium> {
    try {
      const engine = await this.#open();
      engine.onDidChange(() => this.#onDidChange.emit());
      this.#opened = engine;
      this.#onDidOpen.emit();
      return engine;
    } catch (error) {
      // The reason may go away, such as a wrong configuration file: the next need tries again.
      this.#engine = undefined;
      throw error;
    }
  }
}
