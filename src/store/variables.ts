import type { Json } from '../domain/event.ts';
import {
  type JobScope,
  type SharedVariable,
  VARIABLE_SCOPES,
  type VariableAuthor,
  type VariableChange,
  type VariableScope,
  type VariableType,
  variableOwner,
} from '../domain/shared-variable.ts';
import type { Connection } from './connection.ts';
import { integer, kinded, type Row, text } from './row.ts';
import { ThisTurn } from './this-turn.ts';

/** Changes of a variable that are kept. */
const KEPT_CHANGES = 20;

/** With the owner in each scope. */
const VISIBLE = `SELECT * FROM variables
  WHERE (${VARIABLE_SCOPES.map((scope) => `(scope = '${scope}' AND owner = @${scope})`).join(' OR ')}) AND type <> 'unset'
  ORDER BY name, CASE scope ${VARIABLE_SCOPES.map((scope, place) => `WHEN '${scope}' THEN ${place}`).join(' ')} END`;

/** Which variable is meant. */
export interface VariablePlace {
  readonly scope: VariableScope;
  readonly owner: string;
  readonly name: string;
}

/** What a variable is to be from now on. */
export type VariableContent =
  | { readonly type: 'plain'; readonly value: Json }
  /** `reference`: its place in the vault. */
  | { readonly type: 'secret'; readonly reference: string }
  | { readonly type: 'unset' };

export interface VariableChangeOptions {
  readonly by: VariableAuthor;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Nothing is written unless this is its version; 0: unless there is none. */
  readonly ifVersion?: number;
}

/** `changed`: its version is not the one that was named. */
export interface VariableWritten {
  readonly code: 'ok' | 'changed';
  readonly version: number;
}

/** The variables that scripts share, with their last changes. Of secret ones only where the vault has them. */
export class Variables {
  readonly #connection: Connection;
  /** Most have none, and each job of a run asks. */
  readonly #areAny: ThisTurn<boolean>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#areAny = new ThisTurn(() => connection.get('SELECT 1 FROM variables LIMIT 1') !== undefined);
  }

  find(place: VariablePlace): SharedVariable | undefined {
    const row = this.#row(place);
    return row && isSet(row) ? variableOf(row) : undefined;
  }

  /** What a job means by a name: in the scope, or in the most specific one that has it. */
  findFor(job: JobScope, name: string, scope?: VariableScope): SharedVariable | undefined {
    for (const candidate of scope === undefined ? VARIABLE_SCOPES : [scope]) {
      const owner = variableOwner(candidate, job);
      const found = owner === undefined ? undefined : this.find({ scope: candidate, owner, name });
      if (found) return found;
    }
    return undefined;
  }

  /** All that a job can mean, in every scope, by name and the most specific one first. */
  visibleTo(job: JobScope): SharedVariable[] {
    if (!this.#areAny.value) return [];
    // One that the job has no part in has no owner, and NULL is nobody.
    const owners = VARIABLE_SCOPES.map((scope) => [scope, variableOwner(scope, job) ?? null] as const);
    const rows = this.#connection.all(VISIBLE, Object.fromEntries(owners));
    return rows.map(variableOf);
  }

  /** By name, then from the most specific scope to the least. */
  list(): SharedVariable[] {
    const rows = this.#connection.all("SELECT * FROM variables WHERE type <> 'unset' ORDER BY name, owner");
    return rows
      .map(variableOf)
      .sort((a, b) => compare(a.name, b.name) || VARIABLE_SCOPES.indexOf(a.scope) - VARIABLE_SCOPES.indexOf(b.scope));
  }

  /** The place in the vault of a secret one. */
  reference(place: VariablePlace): string | undefined {
    const row = this.#row(place);
    return row?.type === 'secret' ? text(row, 'value') : undefined;
  }

  /** Places in the vault that hold a value which is no variable's any more. */
  freed(): string[] {
    return this.#connection.all('SELECT reference FROM freed_secrets').map((row) => text(row, 'reference'));
  }

  /** The vault has forgotten what was in a freed place. */
  emptied(reference: string): void {
    this.#connection.run('DELETE FROM freed_secrets WHERE reference = @reference', { reference });
  }

  /** Newest first, at most 20; also of one that is unset by now. */
  history({ name, scope, owner }: VariablePlace): VariableChange[] {
    return this.#connection
      .all(
        `SELECT * FROM variable_changes WHERE name = @name AND scope = @scope AND owner = @owner ORDER BY version DESC`,
        { name, scope, owner },
      )
      .map(changeOf);
  }

  /** Writes the variable and its change; waits for the disk as the transaction does in which it is called. */
  write(place: VariablePlace, content: VariableContent, { by, at, ifVersion }: VariableChangeOptions): VariableWritten {
    const { name, scope, owner } = place;
    const { type } = content;
    this.#areAny.forget();
    return this.#connection.transaction(() => {
      const row = this.#row(place);
      const known = row && isSet(row) ? integer(row, 'version') : 0;
      if (ifVersion !== undefined && ifVersion !== known) return { code: 'changed', version: known };
      if (type === 'unset' && known === 0) return { code: 'ok', version: 0 };
      const version = (row ? integer(row, 'version') : 0) + 1;
      const plain = type === 'plain' ? JSON.stringify(content.value) : null;
      const value = type === 'secret' ? content.reference : plain;
      const common = { name, scope, owner, type, version, at, by: JSON.stringify(by) };
      this.#connection.run(
        `INSERT INTO variables (name, scope, owner, type, value, version, changed_at, changed_by)
         VALUES (@name, @scope, @owner, @type, @value, @version, @at, @by)
         ON CONFLICT DO UPDATE SET type = @type, value = @value, version = @version, changed_at = @at, changed_by = @by`,
        { ...common, value },
      );
      this.#connection.run(
        `INSERT INTO variable_changes (name, scope, owner, type, value, version, changed_at, changed_by)
         VALUES (@name, @scope, @owner, @type, @value, @version, @at, @by)`,
        { ...common, value: plain },
      );
      this.#connection.run(
        `DELETE FROM variable_changes WHERE name = @name AND scope = @scope AND owner = @owner AND version <= @last`,
        { name, scope, owner, last: version - KEPT_CHANGES },
      );
      // Whoever makes one secret has often written the secret in it before.
      if (type === 'secret') {
        this.#connection.run(
          `UPDATE variable_changes SET type = 'secret', value = NULL
           WHERE name = @name AND scope = @scope AND owner = @owner AND type = 'plain'`,
          { name, scope, owner },
        );
      }
      if (row?.type === 'secret') {
        const reference = text(row, 'value');
        this.#connection.run('INSERT INTO freed_secrets (reference) VALUES (@reference) ON CONFLICT DO NOTHING', {
          reference,
        });
      }
      return { code: 'ok', version };
    });
  }

  #row({ name, scope, owner }: VariablePlace): Row | undefined {
    return this.#connection.get('SELECT * FROM variables WHERE name = @name AND scope = @scope AND owner = @owner', {
      name,
      scope,
      owner,
    });
  }
}

function isSet(row: Row): boolean {
  return row.type !== 'unset';
}

function variableOf(row: Row): SharedVariable {
  const type = text(row, 'type') as VariableType;
  return {
    name: text(row, 'name'),
    scope: text(row, 'scope') as VariableScope,
    owner: text(row, 'owner'),
    type,
    ...(type === 'plain' ? { value: JSON.parse(text(row, 'value')) as Json } : {}),
    version: integer(row, 'version'),
    changedAt: integer(row, 'changed_at'),
    changedBy: kinded(row, 'changed_by') as VariableAuthor,
  };
}

function changeOf(row: Row): VariableChange {
  const type = text(row, 'type');
  return {
    version: integer(row, 'version'),
    type: type === 'secret' ? 'secret' : 'plain',
    ...(row.value === null ? {} : { value: JSON.parse(text(row, 'value')) as Json }),
    isUnset: type === 'unset',
    changedAt: integer(row, 'changed_at'),
    changedBy: kinded(row, 'changed_by') as VariableAuthor,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
