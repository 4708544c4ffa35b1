import type { AnyAuthMethod } from 'ssh2';
import type { LineOptions, Prompts } from '../transport.ts';
import { printable } from './printable.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/** The part of a login that a person types: passwords and answers to the server's questions. */
export interface TypedLogin {
  /** What to try next; `undefined` when there is nothing left, or nobody to ask. `mayTry` tells which methods are allowed. */
  next(mayTry: (method: 'keyboard-interactive' | 'password') => boolean): Promise<AnyAuthMethod | undefined>;
  /** What the server thinks of what was typed last, if anything was. */
  judge(found: 'accepted' | 'refused'): void;
  /** How often what was typed was refused. */
  readonly refusals: number;
}

export interface TypedLoginDeps {
  /** What the person calls the server. */
  readonly server: string;
  readonly prompts: Prompts;
  /** Waits for its turn with the person and stops our clocks meanwhile. */
  readonly askPerson: <T>(work: (options: { signal: AbortSignal }) => Promise<T>) => Promise<T>;
  /** Ends the attempt at once. */
  readonly fail: (error: Error) => void;
  readonly denied: (reason: string) => Error;
}

interface Question {
  readonly prompt: string;
  readonly echo?: boolean;
}

// A server that goes on asking does so to learn something.
const MAX_ROUNDS = 3;
const MAX_QUESTIONS = 4;

/** How PAM and others ask for the password itself, and not for a code that is good once. */
const ASKS_PASSWORD = /^(?:\([^()]*\) ?)?password(?: for [^:]*)?: ?$/i;

export function createTypedLogin(host: ResolvedHost, deps: TypedLoginDeps): TypedLogin {
  const { askSecret, askLine, secretTried } = deps.prompts;
  const { server } = deps;
  const subject = passwordSubject(host);
  const attempts = Math.max(1, host.passwordPrompts);
  let attempt = 0;
  let rounds = 0;
  let hasAsked = true;
  let passwordsAsked = 0;
  let refusals = 0;
  /** What the server has yet to judge. */
  let open: 'nothing' | 'answers' | 'password' = 'nothing';

  const askPassword = async (prompt: string, options: LineOptions): Promise<string | undefined> => {
    const given = await askSecret?.(prompt, { ...options, subject, attempt: passwordsAsked });
    passwordsAsked += 1;
    if (given !== undefined) open = 'password';
    return given;
  };

  const askOne = ({ prompt, echo }: Question, text: string, options: LineOptions): Promise<string | undefined> => {
    if (echo && askLine) return askLine(text, options);
    return ASKS_PASSWORD.test(prompt) ? askPassword(text, options) : Promise.resolve(askSecret?.(text, options));
  };

  const askAll = (heading: readonly string[], questions: readonly Question[]): Promise<string[]> =>
    deps.askPerson(async ({ signal }) => {
      const answers: string[] = [];
      for (const question of questions) {
        const text = printable([...heading, question.prompt].join(' '), { limit: 400 });
        const given = await askOne(question, `${describeHost(host)} asks: ${text}`, { server, signal });
        if (given === undefined) throw deps.denied('its question was not answered');
        answers.push(given);
      }
      return answers;
    });

  const answer = (
    title: string,
    instructions: string,
    _language: string,
    questions: readonly Question[],
    finish: (answers: string[]) => void,
  ): void => {
    rounds += 1;
    if (rounds > MAX_ROUNDS || questions.length > MAX_QUESTIONS) {
      deps.fail(deps.denied('the server asks too many questions'));
      return;
    }
    // Some servers end with a round that only tells something.
    if (questions.length === 0) {
      finish([]);
      return;
    }
    if (!hasAsked) attempt += 1;
    hasAsked = true;
    if (open === 'nothing') open = 'answers';
    askAll([title, instructions], questions).then(finish, deps.fail);
  };

  return {
    next: async (mayTry) => {
      if (askSecret === undefined || host.batchMode || attempt >= attempts) return undefined;
      // Tried again only if it showed a question the last time.
      if (mayTry('keyboard-interactive') && hasAsked) {
        hasAsked = false;
        rounds = 0;
        return { type: 'keyboard-interactive', username: host.user, prompt: answer };
      }
      if (!mayTry('password')) return undefined;
      attempt += 1;
      const password = await deps.askPerson(({ signal }) =>
        askPassword(`Password of "${host.user}" on ${describeHost(host)}`, { server, signal }),
      );
      if (password === undefined) throw deps.denied('no password was given');
      return { type: 'password', username: host.user, password };
    },
    judge: (found) => {
      if (open === 'password') secretTried?.(subject, found);
      if (open !== 'nothing' && found === 'refused') refusals += 1;
      open = 'nothing';
    },
    get refusals() {
      return refusals;
    },
  };
}

/** The same for all names that lead to one account, and another where known_hosts tells two hosts apart. */
function passwordSubject({ user, hostname, port, hostKeyAlias }: ResolvedHost): string {
  return `password ${user}@${hostKeyAlias ?? hostname}:${port}`;
}
