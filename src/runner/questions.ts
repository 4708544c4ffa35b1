import { abortable, deadline } from '../base/wait.ts';
import { CroniumError, RefusedError } from '../domain/errors.ts';
import { Answers } from './answers.ts';
import type { DeskCall, ServerQuestion } from './client-message.ts';
import type { DeskAnswer, Refused, ServerAnswer } from './message.ts';
import type { Cleaned, HealthReport, StoredItem } from './server-report.ts';

/** The runner reads a few files, or removes one. */
const SHORT_MS = 30_000;
/** It looks at every file below its folder; scripts may have left many. */
const INVENTORY_MS = 120_000;
/** It removes all of them, on a slow disk perhaps. */
const CLEAN_MS = 600_000;

/** More than a server collects in years; a runner that goes on for ever is stopped here. */
const MAX_ITEMS = 200_000;
/** All their names together: a path each. */
const MAX_CHARACTERS = 32 * 1_048_576;

interface Pages {
  readonly removed: StoredItem[];
  readonly items: StoredItem[];
  /** Of all names. */
  characters: number;
}

/** What a session asks about the server itself, and of its jobs' desks. Each question has a number, so that a late answer is never taken for a newer one. */
export class Questions {
  readonly #server: string;
  readonly #send: (question: ServerQuestion) => void;
  readonly #answers = new Answers();
  readonly #pages = new Map<number, Pages>();
  #next = 1;

  constructor(server: string, send: (question: ServerQuestion) => void) {
    this.#server = server;
    this.#send = send;
  }

  health(options: { readonly signal: AbortSignal }): Promise<HealthReport> {
    return this.#ask({ type: 'health' }, SHORT_MS, options);
  }

  inventory(options: { readonly signal: AbortSignal }): Promise<readonly StoredItem[]> {
    return this.#ask({ type: 'inventory' }, INVENTORY_MS, options);
  }

  clean(options: { readonly signal: AbortSignal }): Promise<Cleaned> {
    return this.#ask({ type: 'clean' }, CLEAN_MS, options);
  }

  remove(sha256: string, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#ask({ type: 'remove', sha256 }, SHORT_MS, options);
  }

  call(
    job: string,
    call: DeskCall,
    options: { readonly signal: AbortSignal; readonly capabilities: readonly string[] },
  ): Promise<DeskAnswer> {
    if (!options.capabilities.includes('calls')) {
      const message = `The runner on "${this.#server}" is too old for that; deploy the newest one there`;
      return Promise.reject(new CroniumError('runner/old', message));
    }
    return this.#ask({ type: 'call', job, ...call }, SHORT_MS, options);
  }

  /** Takes an answer. Throws `CroniumError` when it has no end. */
  hear(answer: ServerAnswer): void {
    const { id } = answer;
    switch (answer.type) {
      case 'health':
        return this.#answers.resolve(`health ${id}`, answer.health);
      case 'inventory': {
        const { items } = this.#turn(id, { removed: [], items: answer.items });
        if (!answer.more) this.#answers.resolve(`inventory ${id}`, items);
        return;
      }
      case 'cleaned': {
        const { removed, items } = this.#turn(id, { removed: answer.removed, items: answer.kept });
        if (!answer.more) this.#answers.resolve(`clean ${id}`, { removed, kept: items });
        return;
      }
      case 'removed':
        return this.#answers.resolve(`remove ${id}`, undefined);
      case 'answer':
        return this.#answers.resolve(`call ${id}`, answer);
      default:
        return answer satisfies never;
    }
  }

  /** Takes a refusal, if it is one of ours. */
  refuse(refused: Refused): void {
    if (refused.id === undefined) return;
    const message = `"${this.#server}" refused: ${refused.message}`;
    this.#answers.reject(`${refused.re} ${refused.id}`, new RefusedError(refused.re, refused.code, message));
  }

  /** The session is over: who waits learns why, and who asks later too. */
  fail(error: CroniumError): void {
    this.#pages.clear();
    this.#answers.close(error);
  }

  async #ask<T>(
    question:
      | { readonly type: 'health' | 'inventory' | 'clean' }
      | { readonly type: 'remove'; readonly sha256: string }
      | ({ readonly type: 'call'; readonly job: string } & DeskCall),
    limitMs: number,
    options: { readonly signal: AbortSignal },
  ): Promise<T> {
    options.signal.throwIfAborted();
    const id = this.#next++;
    // With its type: an answer to something else is none.
    const key = `${question.type} ${id}`;
    const answer = this.#answers.wait<T>(key);
    if (question.type === 'inventory' || question.type === 'clean') this.#pages.set(id, noPages());
    this.#send({ ...question, id });
    const late = (): CroniumError =>
      new CroniumError(
        'session/silent',
        `"${this.#server}" did not answer the question "${question.type}" in ${limitMs / 1000} s`,
      );
    try {
      return await abortable(deadline(answer, limitMs, late), options);
    } finally {
      this.#pages.delete(id);
      this.#answers.resolve(key, undefined);
    }
  }

  /** What has come for a question so far, this page included; of a question that was given up nothing is kept. */
  #turn(id: number, page: { readonly removed: readonly StoredItem[]; readonly items: readonly StoredItem[] }): Pages {
    const pages = this.#pages.get(id) ?? noPages();
    pages.removed.push(...page.removed);
    pages.items.push(...page.items);
    for (const { name } of [...page.removed, ...page.items]) pages.characters += name.length;
    if (pages.removed.length + pages.items.length > MAX_ITEMS || pages.characters > MAX_CHARACTERS) {
      throw new CroniumError('message/limit', `the runner lists more than ${MAX_ITEMS.toLocaleString('en')} things`);
    }
    return pages;
  }
}

function noPages(): Pages {
  return { removed: [], items: [], characters: 0 };
}
