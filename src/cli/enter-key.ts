import { execFileSync } from 'node:child_process';

/** Hears Enter at the terminal while somebody listens and nobody else reads from it. */
export class EnterKey {
  readonly #input: NodeJS.ReadStream;
  readonly #listeners = new Set<() => void>();
  #holds = 0;
  #isReading = false;

  constructor(input: NodeJS.ReadStream = process.stdin) {
    this.#input = input;
  }

  /** Undefined where nobody can press it: without a terminal, or in the background of its shell. */
  listen(listener: () => void): Disposable | undefined {
    if (!this.#input.isTTY || !isInForeground()) return undefined;
    this.#listeners.add(listener);
    this.#adjust();
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        this.#adjust();
      },
    };
  }

  /** Nothing is read until what comes back is disposed: a question waits for its answer. */
  hold(): Disposable {
    this.#holds += 1;
    this.#adjust();
    return {
      [Symbol.dispose]: () => {
        this.#holds -= 1;
        this.#adjust();
      },
    };
  }

  readonly #onData = (text: Buffer): void => {
    if (text.includes(0x0a)) for (const listener of this.#listeners) listener();
  };

  // Sent to the background while we listen: to read there would stop the process as soon as somebody types into the shell.
  readonly #onContinue = (): void => {
    if (!isInForeground()) this.#listeners.clear();
    this.#adjust();
  };

  #adjust(): void {
    const shallRead = this.#listeners.size > 0 && this.#holds === 0;
    if (shallRead === this.#isReading) return;
    this.#isReading = shallRead;
    if (shallRead) {
      this.#input.on('data', this.#onData).resume();
      process.on('SIGCONT', this.#onContinue);
    } else {
      this.#input.off('data', this.#onData).pause();
      process.off('SIGCONT', this.#onContinue);
    }
  }
}

/** Whether the terminal is ours to read from; what cannot be found out counts as no. */
function isInForeground(): boolean {
  try {
    const columns = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
    const [group, foreground] = execFileSync('ps', columns, { encoding: 'utf8' }).trim().split(/\s+/);
    return group !== undefined && group === foreground;
  } catch {
    return false;
  }
}
