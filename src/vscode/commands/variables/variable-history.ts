import { l10n } from 'vscode';
import { pickOne } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { describeMoment } from '../../views/moment.ts';
import type { Row } from '../../views/row.ts';
import { describeChange } from '../../views/variables.ts';
import type { AskDeps } from './ask-variable.ts';
import { editVariable } from './edit-variable.ts';
import { placesOf } from './variable-targets.ts';

/** "Show History": its last changes; the value of the one that is chosen is proposed again. */
export async function showVariableHistory(rows: readonly Row[], deps: AskDeps): Promise<void> {
  const [place] = placesOf(rows);
  if (!place) return;
  const changes = (await deps.engine.get()).variableHistory(place);
  const moment = (at: number): string => describeMoment(at, Date.now());
  const title = l10n.t('History of {0}', lineText(place.name));
  const items = changes.map((change) => ({ ...describeChange(change, { moment }), change }));
  const { change } = await pickOne(items, { title, placeholder: l10n.t('Choose a value to take it back') });
  if (change.value !== undefined) await editVariable(rows, deps, { value: change.value });
}
