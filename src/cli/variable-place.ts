import { resolve } from 'node:path';
import type { VariablePlace } from '../app/cronium.ts';
import { CroniumError } from '../domain/errors.ts';
import { isVariableName, isVariableScope, type SharedVariable, variableOwner } from '../domain/shared-variable.ts';

/** What `--scope` takes. */
export const SCOPE_FORMS = 'global, workspace, workspace:<folder>, event:<id> or server:<name>';

/** The variable that a person names; `folder` is the one they are in. */
export function parsePlace(name: string, scope: string, folder: string): VariablePlace {
  checkName(name);
  const at = scope.indexOf(':');
  const [kind, rest] = at < 0 ? [scope, ''] : [scope.slice(0, at), scope.slice(at + 1)];
  const isWhole = kind === 'global' ? at < 0 : kind === 'workspace' ? at < 0 || rest !== '' : rest !== '';
  if (!isVariableScope(kind) || !isWhole) {
    throw new CroniumError('usage', `Cannot use --scope "${scope}": write ${SCOPE_FORMS}`);
  }
  const workspace = kind === 'workspace' && rest !== '' ? resolve(folder, rest) : folder;
  return { name, scope: kind, owner: variableOwner(kind, { server: rest, event: rest, workspace }) ?? '' };
}

/** The variable that a name without a scope means here: of this folder, else of all; undefined when there is neither. */
export function findHere(
  name: string,
  variables: readonly SharedVariable[],
  folder: string,
): SharedVariable | undefined {
  checkName(name);
  const places = ['workspace', 'global'].map((scope) => parsePlace(name, scope, folder));
  return places.flatMap((place) => findAt(place, variables) ?? [])[0];
}

export function findAt(place: VariablePlace, variables: readonly SharedVariable[]): SharedVariable | undefined {
  return variables.find(
    ({ name, scope, owner }) => name === place.name && scope === place.scope && owner === place.owner,
  );
}

/** The place as `--scope` takes it in a folder; that of an event of another folder has that folder in front. */
export function scopeText({ scope, owner }: Pick<VariablePlace, 'scope' | 'owner'>, folder: string): string {
  switch (scope) {
    case 'global':
      return scope;
    case 'workspace':
      return owner === folder ? scope : `${scope}:${owner}`;
    case 'event': {
      const [root = '', id = ''] = owner.split('\0');
      return root === folder ? `${scope}:${id}` : `${scope}:${id} (of ${root})`;
    }
    case 'server':
      return `${scope}:${owner}`;
    default:
      return scope satisfies never;
  }
}

function checkName(name: string): void {
  if (isVariableName(name)) return;
  const rule = 'it begins with a letter or "_" and goes on with letters, digits, "_", "." and "-"';
  throw new CroniumError('usage', `Cannot use "${name}" as the name of a variable: ${rule}`);
}
