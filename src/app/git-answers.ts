/** What git has answered. */
export interface GitAnswer {
  readonly code: number | null;
  readonly output: Buffer;
}

/** Runs that alternate between more scripts than this ask again. */
const MAX_ANSWERS = 64;

/** Longer answers come from events with thousands of files, whose packing takes far longer than the question. */
const MAX_BYTES = 65_536;

/** Answers of git that hold as long as HEAD is the same commit: a program that is started is the most expensive step of a plan. */
export class GitAnswers {
  readonly #known = new Map<string, GitAnswer>();

  /** The answer that is known for `question`, or the one that `ask` brings. Without a question that names it, it is asked each time. */
  async recall(question: readonly string[] | undefined, ask: () => Promise<GitAnswer>): Promise<GitAnswer> {
    const key = question?.join('\0');
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known) return known;
    const answer = await ask();
    if (key !== undefined && answer.code === 0 && answer.output.length <= MAX_BYTES) this.#keep(key, answer);
    return answer;
  }

  #keep(key: string, answer: GitAnswer): void {
    this.#known.set(key, answer);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_ANSWERS && oldest !== undefined) this.#known.delete(oldest);
  }
}
