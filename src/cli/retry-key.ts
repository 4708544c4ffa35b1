import type { RunEvent } from '../domain/run-event.ts';
import type { Shell } from './shell.ts';

/** While a job has lost its server, Enter tries to reach it at once; whoever can press it is told. */
export class RetryKey implements Disposable {
  readonly #shell: Pick<Shell, 'enterKey' | 'err' | 'cronium' | 'status'>;
  readonly #detached = new Set<string>();
  #listening: Disposable | undefined;

  constructor(shell: Pick<Shell, 'enterKey' | 'err' | 'cronium' | 'status'>) {
    this.#shell = shell;
  }

  notice(event: RunEvent): void {
    if (event.type === 'phase' && event.phase === 'detached') this.#detached.add(event.server);
    else if (event.type === 'phase' || event.type === 'settled') this.#detached.delete(event.server);
    else return;
    if (this.#detached.size > 0) this.#listen();
    else this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
    this.#listening = undefined;
  }

  #listen(): void {
    if (this.#listening) return;
    const { enterKey, err, cronium, status } = this.#shell;
    this.#listening = enterKey.listen(() => void cronium().retryNow());
    if (!this.#listening) return;
    status.clear();
    void err.write('Press Enter to try again at once\n');
  }
}
