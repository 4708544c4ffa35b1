import type { LogOutputChannel } from 'vscode';
import type { KnownNames } from '../../app/language.ts';
import type { NamedVariables } from '../../app/script-language.ts';
import { sentence } from '../../domain/errors.ts';
import type { LazyEngine } from '../engine.ts';

/** For how long names are taken for granted: the SSH configuration may change without a word. */
const FRESH_MS = 10_000;

/** The servers and groups that a document may name, from the engine; asked once for many questions. */
export class ServerNames {
  readonly #engine: LazyEngine;
  readonly #log: LogOutputChannel;
  #names: Promise<KnownNames | undefined> | undefined;
  #askedAt = 0;

  constructor(engine: LazyEngine, log: LogOutputChannel) {
    this.#engine = engine;
    this.#log = log;
  }

  /** The names; opens the engine for them. Undefined when a configuration cannot be read: who runs something is told why. */
  async get(): Promise<KnownNames | undefined> {
    if (!this.#names || performance.now() - this.#askedAt > FRESH_MS) {
      this.#askedAt = performance.now();
      this.#names = this.#ask();
    }
    return await this.#names;
  }

  /** The names, when they cost little: the engine is open already. */
  async find(): Promise<KnownNames | undefined> {
    return this.#engine.opened ? await this.get() : undefined;
  }

  /** The variables that scripts share; opens the engine for them. Empty when it cannot be opened. */
  async variables(): Promise<NamedVariables> {
    try {
      const known = (await this.#engine.get()).variables();
      const names = Map.groupBy(known, ({ name }) => name);
      return [...names].flatMap(([name, [first]]) =>
        first ? [{ name, scope: first.scope, isSecret: first.type === 'secret' }] : [],
      );
    } catch (error) {
      this.#log.debug(`Variables are not known to the editor's language support: ${sentence(error)}`);
      return [];
    }
  }

  forget(): void {
    this.#names = undefined;
  }

  async #ask(): Promise<KnownNames | undefined> {
    try {
      const cronium = await this.#engine.get();
      const [servers, groups] = await Promise.all([cronium.servers(), cronium.groups()]);
      return { servers, groups };
    } catch (error) {
      this.#log.debug(`Servers are not known to the editor's language support: ${sentence(error)}`);
      return undefined;
    }
  }
}
