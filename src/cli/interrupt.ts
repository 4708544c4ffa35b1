import { Stopped } from '../domain/errors.ts';

/** Ctrl-C in two steps: the first asks for a cancel, the second leaves the runs to their servers. */
export class Interrupt implements Disposable {
  readonly #cancel = new AbortController();
  readonly #leave = new AbortController();
  readonly #onInterrupt: () => void;
  readonly #onTerminate = (): void => this.leave();

  constructor(say: (line: string) => void) {
    this.#onInterrupt = () => {
      // Whoever presses a third time wants out, whatever still hangs.
      if (this.#leave.signal.aborted) process.exit(130);
      if (this.#cancel.signal.aborted) return this.leave();
      say('Cancelling; press Ctrl-C again to leave the scripts running');
      this.#cancel.abort(new Stopped('user'));
    };
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onTerminate);
    process.on('SIGHUP', this.#onTerminate);
  }

  get cancel(): AbortSignal {
    return this.#cancel.signal;
  }

  get left(): AbortSignal {
    return this.#leave.signal;
  }

  leave(): void {
    this.#leave.abort(new Stopped('shutdown'));
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#onTerminate);
    process.off('SIGHUP', this.#onTerminate);
  }
}
