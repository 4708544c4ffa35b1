import type { VariablePlace } from '../../../app/cronium.ts';
import type { SharedVariable } from '../../../domain/shared-variable.ts';
import type { Row } from '../../views/row.ts';

/** The variables that rows stand for. */
export function placesOf(rows: readonly Row[]): readonly VariablePlace[] {
  return rows.flatMap(({ target }) => {
    if (target?.kind !== 'variable') return [];
    const { scope, owner, name } = target;
    return [{ scope, owner, name }];
  });
}

/** The scope that a row stands for, or that its variable is of. */
export function scopeOf(row: Row | undefined): Omit<VariablePlace, 'name'> | undefined {
  const target = row?.target;
  if (target?.kind !== 'scope' && target?.kind !== 'variable') return undefined;
  return { scope: target.scope, owner: target.owner };
}

/** Finds a variable among those of now; undefined when it is not there any more. */
export function findVariable(
  variables: readonly SharedVariable[],
  { scope, owner, name }: VariablePlace,
): SharedVariable | undefined {
  return variables.find((one) => one.scope === scope && one.owner === owner && one.name === name);
}
