import type { Answers } from './answers.ts';
import type { JobState } from './message.ts';
import type { StartHandle } from './session-start.ts';

interface Waiting {
  readonly payload: string;
  answer: Promise<'started' | 'need'>;
  /** By a `need`: the next answer comes when the payload was put. */
  isAnswered: boolean;
}

/** The starts of a session whose scripts do not run yet, and what the runner says of them. */
export class Starts {
  readonly #answers: Answers;
  readonly #waiting = new Map<string, Waiting>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  expect(job: string, payload: string): Omit<StartHandle, 'attachment'> {
    const answer = this.#wait(job);
    const started = this.#answers.wait<JobState>(`started ${job}`);
    this.#waiting.set(job, { payload, answer, isAnswered: false });
    return {
      answer,
      started,
      answerToPut: () => this.#waiting.get(job)?.answer ?? started.then(() => 'started' as const),
    };
  }

  started(job: string, state: JobState): void {
    this.#waiting.delete(job);
    this.#answers.resolve(`start ${job}`, 'started');
    this.#answers.resolve(`started ${job}`, state);
  }

  needed(payload: string): void {
    for (const [job, waiting] of this.#waiting) {
      if (waiting.payload !== payload) continue;
      waiting.isAnswered = true;
      this.#answers.resolve(`start ${job}`, 'need');
    }
  }

  /** The script may begin now; or another `need` is right behind it. */
  stored(payload: string): void {
    for (const [job, waiting] of this.#waiting) {
      if (waiting.payload !== payload || !waiting.isAnswered) continue;
      waiting.isAnswered = false;
      waiting.answer = this.#wait(job);
    }
  }

  refused(job: string, error: Error): void {
    this.#waiting.delete(job);
    this.#answers.reject(`start ${job}`, error);
    this.#answers.reject(`started ${job}`, error);
  }

  #wait(job: string): Promise<'started' | 'need'> {
    return this.#answers.wait(`start ${job}`);
  }
}
