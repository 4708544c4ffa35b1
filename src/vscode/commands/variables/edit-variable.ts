import { l10n, window } from 'vscode';
import type { VariablePlace } from '../../../app/cronium.ts';
import { CroniumError, Stopped } from '../../../domain/errors.ts';
import type { SharedVariable } from '../../../domain/shared-variable.ts';
import { assertMayChange } from '../../host/trust.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { sayInPassing } from '../servers/say.ts';
import { type AskDeps, askKind, askScope, askValue, askVariableName } from './ask-variable.ts';
import { kindOf, parseValue, type ValueKind } from './variable-draft.ts';
import { findVariable, placesOf, scopeOf } from './variable-targets.ts';

/** "Add Variable…": for the scope of the row, else for one that the person chooses. */
export async function addVariable(row: Row | undefined, deps: AskDeps): Promise<void> {
  assertMayChange();
  const title = l10n.t('Add Variable');
  const given = scopeOf(row);
  const first = given ? 0 : 1;
  const step = (at: number) => ({ title, step: first + at, of: first + 3 });
  const scope = given ?? (await askScope(deps, step(0)));
  const cronium = await deps.engine.get();
  const taken = cronium.variables().filter((one) => one.scope === scope.scope && one.owner === scope.owner);
  const name = await askVariableName(
    taken.map((one) => one.name),
    step(1),
  );
  const kind = await askKind(step(2));
  const text = await askValue(kind, undefined, step(3));
  await save({ ...scope, name }, { kind, text, ifVersion: 0 }, deps);
}

/** "Edit Variable": what it is, and its value; `proposed`: what stands in the place of that of now. */
export async function editVariable(
  rows: readonly Row[],
  deps: AskDeps,
  proposed?: Pick<SharedVariable, 'value'>,
): Promise<void> {
  assertMayChange();
  const [place] = placesOf(rows);
  if (!place) return;
  const variable = findVariable((await deps.engine.get()).variables(), place);
  if (!variable) throw gone(place.name);
  const value = proposed ? proposed.value : variable.value;
  const before = kindOf(proposed && variable.type === 'plain' ? { type: 'plain', ...proposed } : variable);
  const step = { title: l10n.t('Edit {0}', lineText(place.name)), of: 2 };
  const kind = await askKind({ ...step, step: 1 }, before);
  const text = await askValue(kind, value, { ...step, step: 2 });
  await save(place, { kind, text, ifVersion: variable.version }, deps);
}

/** "Delete Variable": after a question; scripts that read it get their default. */
export async function deleteVariable(rows: readonly Row[], { engine }: Pick<AskDeps, 'engine'>): Promise<void> {
  assertMayChange();
  const places = placesOf(rows);
  const [first] = places;
  if (!first) return;
  const question =
    places.length === 1
      ? l10n.t('Delete the variable {0}?', lineText(first.name))
      : l10n.t('Delete {0} variables?', places.length);
  const detail = l10n.t('Scripts that read it later find nothing, or their default. Its history stays.');
  const remove = l10n.t('Delete');
  const answer = await window.showWarningMessage(noticeText(question), { modal: true, detail }, remove);
  if (answer !== remove) throw new Stopped('user');
  const cronium = await engine.get();
  for (const place of places) await cronium.unsetVariable(place);
}

async function save(
  place: VariablePlace,
  { kind, text, ifVersion }: { readonly kind: ValueKind; readonly text: string; readonly ifVersion: number },
  { engine }: Pick<AskDeps, 'engine'>,
): Promise<void> {
  const cronium = await engine.get();
  const type = kind === 'secret' ? 'secret' : 'plain';
  // Throws when somebody else has changed it since it was looked at.
  await cronium.setVariable(place, parseValue(text, kind), { type, ifVersion });
  sayInPassing(l10n.t('Saved {0}', place.name));
}

export function gone(name: string): CroniumError {
  return new CroniumError('variable/gone', l10n.t('Cannot find the variable "{0}": it was deleted meanwhile', name));
}
