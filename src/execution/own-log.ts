import { CroniumError } from '../domain/errors.ts';
import type { JobContext } from './job-context.ts';
import type { Mirror } from './mirror.ts';

/** This machine's copy of one job's log, opened anew whenever it could not be written for a while. */
export class OwnLog implements Disposable {
  readonly #open: () => Mirror;
  #mirror: Mirror | undefined;
  #said = '';
  /** In a row; each makes the next pause longer. */
  failures = 0;

  constructor(open: () => Mirror) {
    this.#open = open;
  }

  /** Throws `CroniumError` `mirror/…` when it cannot be opened now. */
  open(): Mirror {
    this.#mirror ??= this.#open();
    return this.#mirror;
  }

  /** It could not be written: what is wrong is said once, not at each try. */
  async fail(found: string, context: Pick<JobContext, 'note'>): Promise<void> {
    this[Symbol.dispose]();
    this.failures += 1;
    if (found === this.#said) return;
    this.#said = found;
    await context.note(`${found}; the script goes on there, and its log is fetched as soon as it can be kept here`);
  }

  [Symbol.dispose](): void {
    this.#mirror?.close();
    this.#mirror = undefined;
  }
}

/** Says whether an error means that this machine, not the server, cannot go on: no room, a log that cannot be written. */
export function isOwnFailure(error: unknown): boolean {
  return error instanceof CroniumError && (error.code.startsWith('mirror/') || error.code.startsWith('store/'));
}
