import type { SecretStorage } from 'vscode';
import { sentence } from '../../domain/errors.ts';

/** Secrets that a person let the editor remember, by what they open or whom they are for. */
export interface RememberedSecrets {
  /** What is remembered: `password deploy@web1:22`, `passphrase /home/me/.ssh/id_ed25519`, `secret TOKEN of a.sh in /project`. */
  subjects(): Promise<readonly string[]>;
  find(subject: string): Promise<string | undefined>;
  keep(subject: string, secret: string): Promise<void>;
  forget(subject: string): Promise<void>;
}

/** What a person typed, and whether they want it to be remembered once it has proven right. */
export interface TypedSecret {
  readonly secret: string;
  readonly isToBeKept: boolean;
}

/** Answers from what is remembered; what was wrong is forgotten, what was right is kept if that was asked for. */
export interface SecretMemory {
  /** The remembered secret, else what `ask` gives. `attempt`: how many answers were wrong before in this login. */
  answer(subject: string, attempt: number, ask: () => Promise<TypedSecret | undefined>): Promise<string | undefined>;
  /** The same for what nobody proves right or wrong: it is kept at once. */
  answerForGood(subject: string, ask: () => Promise<TypedSecret | undefined>): Promise<string | undefined>;
  /** Resolves when what follows from it is done. Never rejects. */
  tried(subject: string, found: 'accepted' | 'refused'): Promise<void>;
}

/** Other secrets may come to lie in the same storage. */
const PREFIX = 'login: ';

export function rememberedSecrets(
  storage: Pick<SecretStorage, 'keys' | 'get' | 'store' | 'delete'>,
): RememberedSecrets {
  return {
    subjects: async () =>
      (await storage.keys()).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length)),
    find: async (subject) => await storage.get(PREFIX + subject),
    keep: async (subject, secret) => await storage.store(PREFIX + subject, secret),
    forget: async (subject) => await storage.delete(PREFIX + subject),
  };
}

/** Says whether a secret logs in to a server: it may be remembered once it has done so. */
export function isLoginSecret(subject: string): boolean {
  return /^(password|passphrase) /.test(subject);
}

/** Says whether a secret is what an event asks for and its script is given: whether it is right nobody here finds out. */
export function isEventSecret(subject: string): boolean {
  return subject.startsWith('secret ');
}

/** `onProblem` hears a sentence when the editor's storage does not do its part; without it the person types again, no more. */
export function createSecretMemory(remembered: RememberedSecrets, onProblem: (message: string) => void): SecretMemory {
  const typed = new Map<string, string>();
  const attempt = async <T>(what: string, subject: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      onProblem(`Cannot ${what} the ${subject}: ${sentence(error)}`);
      return undefined;
    }
  };
  const forget = (subject: string): Promise<void> => attempt('forget', subject, () => remembered.forget(subject));
  const find = (subject: string) => attempt('look up', subject, () => remembered.find(subject));
  const keep = (subject: string, secret: string) =>
    attempt('remember', subject, () => remembered.keep(subject, secret));
  return {
    answerForGood: async (subject, ask) => {
      const kept = await find(subject);
      if (kept !== undefined) return kept;
      const given = await ask();
      if (given?.isToBeKept) await keep(subject, given.secret);
      return given?.secret;
    },
    answer: async (subject, wrong, ask) => {
      const kept = wrong > 0 ? undefined : await find(subject);
      if (kept !== undefined) return kept;
      const given = await ask();
      if (given?.isToBeKept) typed.set(subject, given.secret);
      else typed.delete(subject);
      return given?.secret;
    },
    tried: async (subject, found) => {
      const secret = typed.get(subject);
      typed.delete(subject);
      if (found === 'refused') await forget(subject);
      else if (secret !== undefined) await keep(subject, secret);
    },
  };
}
