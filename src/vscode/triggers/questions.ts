/** What a person says to a version that wants to run on save. */
export type Word = 'approve' | 'never' | 'later';

interface Question {
  readonly hash: string;
  readonly answered: PromiseWithResolvers<Word>;
  shown: number;
}

/**
 * The questions that wait for a word. A notification goes out of sight and its question with it: the next save shows it again,
 * and then an answer to either counts. A question about something that has changed since is void.
 */
export class Questions {
  readonly #open = new Map<string, Question>();

  /** Shows the question about a version of an event; resolves with the person's word on this version, wherever it was given. */
  async ask(
    event: string,
    hash: string,
    { show, tellVoid }: { show(): Promise<Word>; tellVoid(): void },
  ): Promise<Word> {
    const before = this.#open.get(event);
    const question = before?.hash === hash ? before : { hash, answered: Promise.withResolvers<Word>(), shown: 0 };
    this.#open.set(event, question);
    question.shown += 1;
    void this.#hear(event, { question, show, tellVoid });
    return await question.answered.promise;
  }

  async #hear(
    event: string,
    { question, show, tellVoid }: { readonly question: Question; show(): Promise<Word>; tellVoid(): void },
  ): Promise<void> {
    const number = question.shown;
    try {
      const word = await show();
      // It was put away, and is shown again meanwhile.
      if (word === 'later' && number !== question.shown) return;
      if (this.#open.get(event) === question) this.#open.delete(event);
      else if (word !== 'later') tellVoid();
      question.answered.resolve(word);
    } catch (error) {
      question.answered.reject(error);
    }
  }
}
