import { abortable, deadline } from '../base/wait.ts';
import { CroniumError } from '../domain/errors.ts';
import { Answers } from './answers.ts';
import type { JobState } from './message.ts';

/** The runner reads the state of every job that it keeps. */
const LIST_MS = 60_000;

/** More than a server collects in years; a runner that goes on for ever is stopped here. */
const MAX_JOBS = 200_000;

/** The answer bears no name: a session asks for one installation. */
const ANSWER = 'jobs';

/** The question which jobs a server keeps for an installation, and its pages. Two who ask at once share the answer. */
export class Listing {
  readonly #server: string;
  readonly #send: (install: string) => void;
  readonly #answers = new Answers();
  #pages: JobState[] = [];

  constructor(server: string, send: (install: string) => void) {
    this.#server = server;
    this.#send = send;
  }

  async ask(install: string, options: { readonly signal: AbortSignal }): Promise<readonly JobState[]> {
    options.signal.throwIfAborted();
    const answer = this.#answers.wait<readonly JobState[]>(ANSWER);
    this.#send(install);
    const late = (): CroniumError =>
      new CroniumError('session/silent', `"${this.#server}" did not list its jobs in ${LIST_MS / 1000} s`);
    return await abortable(deadline(answer, LIST_MS, late), options);
  }

  /** Takes a page. Throws `CroniumError` when there is no end of them. */
  hear(jobs: readonly JobState[], isMore: boolean): void {
    this.#pages.push(...jobs);
    if (this.#pages.length > MAX_JOBS) {
      throw new CroniumError('message/limit', `the runner lists more than ${MAX_JOBS.toLocaleString('en')} jobs`);
    }
    if (!isMore) this.#answers.resolve(ANSWER, this.#pages.splice(0));
  }

  /** The session is over: who waits learns why, and who asks later too. */
  fail(error: CroniumError): void {
    this.#pages = [];
    this.#answers.close(error);
  }
}
