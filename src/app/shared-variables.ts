import { randomBytes } from 'node:crypto';
import { CroniumError } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import {
  isVariableName,
  type SharedVariable,
  type VariableAuthor,
  type VariableType,
} from '../domain/shared-variable.ts';
import type { Store } from '../store/store.ts';
import type { VariableContent, VariablePlace, VariableWritten } from '../store/variables.ts';
import type { SetVariableOptions } from './cronium.ts';
import type { Host, Vault } from './host.ts';

/** The longest value, as JSON; the same that a runner takes. */
export const MAX_VARIABLE_BYTES = 65_536;

const MAX_DEPTH = 32;

export interface SharedVariablesDeps {
  readonly store: Store;
  readonly host: Pick<Host, 'env' | 'vault'>;
  /** Something in the store has changed. */
  changed(): void;
}

export interface SetOptions {
  /** Absent: what it is, else `plain`. */
  readonly type?: VariableType;
  readonly by: VariableAuthor;
  /** Nothing is written unless this is its version; 0: unless there is none. */
  readonly ifVersion?: number;
  /** Done in the same step as the write. */
  readonly also?: (written: VariableWritten) => void;
}

/** The variables that scripts share, with the values of secret ones in the shell's vault. */
export class SharedVariables {
  readonly #deps: SharedVariablesDeps;

  constructor(deps: SharedVariablesDeps) {
    this.#deps = deps;
  }

  /** Throws `CroniumError` `variable/…` for what cannot be a variable, or a secret one where there is no vault. */
  async set(place: VariablePlace, value: Json, options: SetOptions): Promise<VariableWritten> {
    check(place.name, value);
    const { variables } = this.#deps.store;
    const type = options.type ?? variables.find(place)?.type ?? 'plain';
    if (type === 'plain') {
      const written = this.#write(place, { type, value }, options);
      await this.#tidyIfPossible();
      return written;
    }
    const vault = this.#vault(place.name);
    // A place of its own for each value: whoever loses a race has not written over the winner's.
    const reference = randomBytes(16).toString('hex');
    await vault.keep(reference, JSON.stringify(value));
    let isTaken = false;
    try {
      const written = this.#write(place, { type, reference }, options);
      isTaken = written.code === 'ok';
      await this.#tidyIfPossible();
      return written;
    } finally {
      if (!isTaken) await vault.forget(reference);
    }
  }

  /** As `set`, by a person: what it is now. Throws `variable/changed` when it is not as it was. */
  async setByHand(place: VariablePlace, value: Json, options: SetVariableOptions): Promise<SharedVariable> {
    const written = await this.set(place, value, { ...options, by: { kind: 'person' } });
    const found = this.#deps.store.variables.find(place);
    if (written.code === 'ok' && found) return found;
    throw new CroniumError(
      'variable/changed',
      `Cannot set the variable "${place.name}": it was changed meanwhile; look at it again`,
    );
  }

  /** Says whether there was one. */
  async unset(place: VariablePlace, by: VariableAuthor): Promise<boolean> {
    const isThere = this.#deps.store.variables.find(place) !== undefined;
    this.#write(place, { type: 'unset' }, { by });
    await this.#tidyIfPossible();
    return isThere;
  }

  /** Has the vault forget the values that are no variable's any more, also those that were removed where there is no vault. */
  async tidy(): Promise<void> {
    const { host, store } = this.#deps;
    if (!host.vault) return;
    for (const reference of store.variables.freed()) {
      await host.vault.forget(reference);
      store.variables.emptied(reference);
    }
  }

  /** The value, of a secret one from the vault, or from the environment where there is none. Throws `variable/secret`. */
  async value(variable: SharedVariable): Promise<Json> {
    if (variable.type === 'plain') return variable.value as Json;
    const { host, store } = this.#deps;
    const reference = store.variables.reference(variable);
    const kept = reference === undefined ? undefined : await host.vault?.find(reference);
    if (kept !== undefined) return JSON.parse(kept) as Json;
    const given = host.env[environmentName(variable.name)];
    if (given !== undefined) return given;
    throw new CroniumError(
      'variable/secret',
      host.vault
        ? `Cannot read the secret variable "${variable.name}": its value is not kept on this machine; set it again`
        : `Cannot read the secret variable "${variable.name}": only the editor keeps its value; give it to the command line in ${environmentName(variable.name)}`,
    );
  }

  #write(place: VariablePlace, content: VariableContent, { by, ifVersion, also }: Omit<SetOptions, 'type'>) {
    const { store, changed } = this.#deps;
    const written = store.transaction(() => {
      const options = { by, at: Date.now(), ...(ifVersion === undefined ? {} : { ifVersion }) };
      const result = store.variables.write(place, content, options);
      also?.(result);
      return result;
    });
    changed();
    return written;
  }

  /** What was done is done: a value that cannot be removed now stays noted. */
  #tidyIfPossible(): Promise<void> {
    return this.tidy().catch(() => {});
  }

  #vault(name: string): Vault {
    const { vault } = this.#deps.host;
    if (vault) return vault;
    throw new CroniumError(
      'variable/vault',
      `Cannot set the secret variable "${name}": the command line has no place for secrets; set it in the editor`,
    );
  }
}

/** From where the command line takes the value of a secret variable. */
export function environmentName(variable: string): string {
  return `CRONIUM_VAR_${variable.replaceAll(/[.-]/g, '_')}`;
}

function check(name: string, value: Json): void {
  const problem = isVariableName(name)
    ? findProblem(value)
    : 'a name begins with a letter or "_", goes on with letters, digits, "_", "." and "-", and has at most 128 of them';
  if (problem !== undefined)
    throw new CroniumError('variable/invalid', `Cannot set the variable "${name}": ${problem}`);
}

function findProblem(value: Json): string | undefined {
  const size = Buffer.byteLength(JSON.stringify(value));
  if (size > MAX_VARIABLE_BYTES) return `it is ${size} bytes of JSON, at most ${MAX_VARIABLE_BYTES} are possible`;
  return depthOf(value) > MAX_DEPTH ? `it is nested more than ${MAX_DEPTH} deep` : undefined;
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((member) => depthOf(member as Json)));
}
