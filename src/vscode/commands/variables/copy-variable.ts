import { env, l10n } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import type { LazyEngine } from '../../engine.ts';
import { lineText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { sayInPassing } from '../servers/say.ts';
import { gone } from './edit-variable.ts';
import { findVariable, placesOf } from './variable-targets.ts';

/** "Copy Name": of each selected variable, a line each. */
export async function copyVariableName(rows: readonly Row[]): Promise<void> {
  const names = placesOf(rows).map(({ name }) => name);
  if (names.length === 0) return;
  await env.clipboard.writeText(names.join('\n'));
  sayInPassing(l10n.t('Copied {0}', names.map(lineText).join(', ')));
}

/** "Copy Value": a text as it is, anything else as JSON. A secret stays where it is. */
export async function copyVariableValue(
  rows: readonly Row[],
  { engine }: { readonly engine: LazyEngine },
): Promise<void> {
  const [place] = placesOf(rows);
  if (!place) return;
  const variable = findVariable((await engine.get()).variables(), place);
  if (!variable) throw gone(place.name);
  const { type, value, name } = variable;
  if (type === 'secret') {
    throw new CroniumError('variable/secret', l10n.t('Cannot copy "{0}": it is secret, and only scripts get it', name));
  }
  await env.clipboard.writeText(typeof value === 'string' ? value : JSON.stringify(value));
  sayInPassing(l10n.t('Copied the value of {0}', name));
}
