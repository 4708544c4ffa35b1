import type { AnyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import type { Prompts } from '../transport.ts';
import { connectError } from './errors.ts';
import type { Identities, Identity } from './identity.ts';
import { printable } from './printable.ts';
import type { AuthenticationMethod, ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';

/** One attempt to log in to one host. */
export interface Login {
  /** What to try next; `undefined` when there is nothing left. May ask a person. */
  next(): Promise<AnyAuthMethod | undefined>;
  /** The key that is being offered now. */
  offered(): Identity | undefined;
  /** What the server said when it refused the last attempt. */
  refused(methods: readonly string[], isPartial: boolean): void;
  /** A key could not be used after all. */
  note(text: string): void;
  /** Why nobody let us in. */
  denied(reason?: string): Error;
}

export interface LoginDeps {
  readonly prompts: Prompts;
  readonly identities: Promise<Identities>;
  /** Waits for its turn with the person and stops our clocks meanwhile. */
  readonly askPerson: <T>(work: (options: { signal: AbortSignal }) => Promise<T>) => Promise<T>;
  /** Ends the attempt at once. */
  readonly fail: (error: Error) => void;
}

// A server that goes on asking does so to learn something.
const MAX_ROUNDS = 3;
const MAX_QUESTIONS = 4;

export function createLogin(host: ResolvedHost, deps: LoginDeps): Login {
  let current: Identity | undefined;
  let allowed: readonly string[] | undefined;
  let isPartial = false;
  let typedAttempts = 0;
  let isInteractiveTried = false;
  const offered: Identity[] = [];
  const notes: string[] = [];

  const { askSecret } = deps.prompts;
  const mayTry = (method: AuthenticationMethod) =>
    host.authentication.includes(method) && (allowed === undefined || allowed.includes(method));
  const mayAsk = () => askSecret !== undefined && !host.batchMode && typedAttempts < Math.max(1, host.passwordPrompts);

  const nextKey = async (): Promise<AnyAuthMethod | undefined> => {
    if (!mayTry('publickey')) return undefined;
    const { identities } = await deps.identities;
    const identity = identities[offered.length];
    if (identity === undefined) return undefined;
    offered.push(identity);
    current = identity;
    return { type: 'agent', username: host.user, agent: new OneKeyAgent(identity) };
  };

  const nextTyped = async (): Promise<AnyAuthMethod | undefined> => {
    if (askSecret === undefined || !mayAsk()) return undefined;
    // Asked again only if it showed a question the last time.
    if (mayTry('keyboard-interactive') && !isInteractiveTried) {
      isInteractiveTried = true;
      return { type: 'keyboard-interactive', username: host.user, prompt: answer };
    }
    if (!mayTry('password')) return undefined;
    typedAttempts += 1;
    const password = await deps.askPerson((options) =>
      askSecret(`Password of "${host.user}" on ${describeHost(host)}`, options),
    );
    if (password === undefined) throw deniedError('no password was given');
    return { type: 'password', username: host.user, password };
  };

  let rounds = 0;
  const answer = (
    title: string,
    instructions: string,
    _language: string,
    questions: readonly { prompt: string; echo?: boolean }[],
    finish: (answers: string[]) => void,
  ): void => {
    rounds += 1;
    if (rounds > MAX_ROUNDS || questions.length > MAX_QUESTIONS) {
      deps.fail(deniedError('the server asks too many questions'));
      return;
    }
    typedAttempts += 1;
    isInteractiveTried = false;
    answerAll([title, instructions], questions).then(finish, deps.fail);
  };

  const answerAll = (heading: readonly string[], questions: readonly { prompt: string; echo?: boolean }[]) =>
    deps.askPerson(async (options) => {
      const answers: string[] = [];
      for (const question of questions) {
        const text = printable([...heading, question.prompt].join(' '), { limit: 400 });
        const ask = question.echo ? (deps.prompts.askLine ?? askSecret) : askSecret;
        const given = await ask?.(`${describeHost(host)} asks: ${text}`, options);
        if (given === undefined) throw deniedError('its question was not answered');
        answers.push(given);
      }
      return answers;
    });

  const deniedError = (reason: string) =>
    connectError('connect/denied', `Cannot log in to ${describeHost(host)} as "${host.user}": ${reason}`);

  return {
    next: async () => {
      current = undefined;
      const { notes: left } = await deps.identities;
      for (const note of left) if (!notes.includes(note)) notes.push(note);
      return (await nextKey()) ?? (await nextTyped());
    },
    offered: () => current,
    refused: (methods, partial) => {
      allowed = methods;
      isPartial ||= partial;
    },
    note: (text) => notes.push(text),
    denied: (reason) => deniedError([reason ?? describeRefusal(offered, allowed, { isPartial }), ...notes].join('; ')),
  };
}

function describeRefusal(
  offered: readonly Identity[],
  allowed: readonly string[] | undefined,
  { isPartial }: { isPartial: boolean },
): string {
  const methods = allowed === undefined ? '' : `, the server allows ${printable(allowed.join(', '), { limit: 200 })}`;
  if (isPartial) return `the server wants more than a key${methods}`;
  if (offered.length === 0) return `there is no key to offer${methods}`;
  const labels = offered.map((identity) => printable(identity.label, { limit: 200 })).join(', ');
  return `no offered key was accepted (${labels})${methods}`;
}

/** Shows ssh2 one key of ours as an agent, so that it asks for nothing but the public half: `protocol.ts` signs in its place. */
class OneKeyAgent extends ssh2.BaseAgent {
  readonly #identity: Identity;

  constructor(identity: Identity) {
    super();
    this.#identity = identity;
  }

  override getIdentities(done: (error: Error | undefined, keys?: Identity['publicKey'][]) => void): void {
    done(undefined, [this.#identity.publicKey]);
  }

  override sign(): void {
    throw new Error('ssh2 signs by another way than the one that was tested');
  }
}
