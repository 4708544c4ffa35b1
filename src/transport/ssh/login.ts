import type { AnyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import type { Prompts } from '../transport.ts';
import { connectError } from './errors.ts';
import type { Identities, Identity } from './identity.ts';
import { printable } from './printable.ts';
import type { AuthenticationMethod, ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';
import { createTypedLogin } from './typed-login.ts';

/** One attempt to log in to one host. */
export interface Login {
  /** What to try next; `undefined` when there is nothing left. May ask a person. */
  next(): Promise<AnyAuthMethod | undefined>;
  /** The key that is being offered now. */
  offered(): Identity | undefined;
  /** What the server said when it refused the last attempt. */
  refused(methods: readonly string[], isPartial: boolean): void;
  /** The server let us in. */
  accepted(): void;
  /** A key could not be used after all. */
  note(text: string): void;
  /** Why nobody let us in. */
  denied(reason?: string): Error;
}

export interface LoginDeps {
  /** What the person calls the server. */
  readonly server: string;
  readonly prompts: Prompts;
  readonly identities: Promise<Identities>;
  /** Waits for its turn with the person and stops our clocks meanwhile. */
  readonly askPerson: <T>(work: (options: { signal: AbortSignal }) => Promise<T>) => Promise<T>;
  /** Ends the attempt at once. */
  readonly fail: (error: Error) => void;
  readonly log: (message: string) => void;
  /** The server let us in with this key alone, or with something else. */
  readonly onAccepted: (key: Identity | undefined) => void;
}

export function createLogin(host: ResolvedHost, deps: LoginDeps): Login {
  let current: Identity | undefined;
  let allowed: readonly string[] | undefined;
  let isPartial = false;
  const offered: Identity[] = [];
  const notes: string[] = [];

  const denied = (reason: string) =>
    connectError('connect/denied', `Cannot log in to ${describeHost(host)} as "${host.user}": ${reason}`);
  const typed = createTypedLogin(host, { ...deps, denied });
  const mayTry = (method: AuthenticationMethod) =>
    host.authentication.includes(method) && (allowed === undefined || allowed.includes(method));

  const nextKey = async (): Promise<AnyAuthMethod | undefined> => {
    if (!mayTry('publickey')) return undefined;
    const { identities } = await deps.identities;
    const identity = identities[offered.length];
    if (identity === undefined) return undefined;
    offered.push(identity);
    current = identity;
    return { type: 'agent', username: host.user, agent: new OneKeyAgent(identity) };
  };

  return {
    next: async () => {
      current = undefined;
      const { notes: left } = await deps.identities;
      for (const note of left) if (!notes.includes(note)) notes.push(note);
      return (await nextKey()) ?? (await typed.next(mayTry));
    },
    offered: () => current,
    accepted: () => {
      typed.judge('accepted');
      deps.onAccepted(isPartial ? undefined : current);
      const means = current === undefined ? 'what was typed' : current.label;
      deps.log(`Logged in to ${describeHost(host)} as "${host.user}" with ${means}`);
    },
    refused: (methods, partial) => {
      typed.judge(partial ? 'accepted' : 'refused');
      allowed = methods;
      isPartial ||= partial;
    },
    note: (text) => notes.push(text),
    denied: (reason) => {
      typed.judge('refused');
      const found = reason ?? describeRefusal(offered, allowed, { isPartial, refusals: typed.refusals });
      return denied([found, ...notes].join('; '));
    },
  };
}

function describeRefusal(
  offered: readonly Identity[],
  allowed: readonly string[] | undefined,
  { isPartial, refusals }: { isPartial: boolean; refusals: number },
): string {
  const answers = refusals === 0 ? '' : `, what was typed was refused${refusals === 1 ? '' : ` ${refusals} times`}`;
  const methods = allowed === undefined ? '' : `, the server allows ${printable(allowed.join(', '), { limit: 200 })}`;
  if (isPartial) return `the server wants more than a key${answers}${methods}`;
  if (offered.length === 0) return `there is no key to offer${answers}${methods}`;
  const labels = offered.map((identity) => printable(identity.label, { limit: 200 })).join(', ');
  return `no offered key was accepted (${labels})${answers}${methods}`;
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
