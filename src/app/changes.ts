import { Emitter } from '../base/emitter.ts';
import { sentence } from '../domain/errors.ts';

/** Soon enough for an eye; a thousand servers that change their phases at once are one change. */
const TELL_AFTER_MS = 50;

/** Another process has written: looking this often costs next to nothing. */
const LOOK_EVERY_MS = 400;

export interface ChangesDeps {
  /** A number that changes when another process has written. */
  dataVersion(): number;
  log(line: string): void;
}

/** That something in the store has changed, told at most so often; of other processes' changes only while somebody watches. */
export class Changes implements Disposable {
  readonly #deps: ChangesDeps;
  readonly #onDidChange = new Emitter<void>();
  #seen: number;
  #watchers = 0;
  #look: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(deps: ChangesDeps) {
    this.#deps = deps;
    this.#seen = deps.dataVersion();
  }

  on(listener: () => void): Disposable {
    return this.#onDidChange.on(listener);
  }

  /** We have changed something. */
  tell(): void {
    if (this.#isOver || this.#telling) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      this.#onDidChange.emit();
    }, TELL_AFTER_MS).unref();
  }

  /** Looks for what other processes change, until what comes back is disposed; also for what they have changed since the last look. */
  watch(): Disposable {
    this.#watchers += 1;
    this.#look ??= setInterval(() => this.#lookNow(), LOOK_EVERY_MS).unref();
    this.#lookNow();
    let isWatching = true;
    return {
      [Symbol.dispose]: () => {
        if (!isWatching) return;
        isWatching = false;
        this.#watchers -= 1;
        if (this.#watchers === 0) this.#stopLooking();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#stopLooking();
    clearTimeout(this.#telling);
  }

  #lookNow(): void {
    try {
      const version = this.#deps.dataVersion();
      if (version !== this.#seen) this.tell();
      this.#seen = version;
    } catch (error) {
      this.#deps.log(`Cannot look for changes: ${sentence(error)}`);
    }
  }

  #stopLooking(): void {
    clearInterval(this.#look);
    this.#look = undefined;
  }
}
