import { l10n, window } from 'vscode';
import type { VariableUseLine } from '../../../app/variable-uses.ts';
import { VIEWS } from '../../contributions.ts';
import { openFolders, uriOf } from '../../host/place.ts';
import { pickOne } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import type { Row } from '../../views/row.ts';
import { showAt } from '../events/show-at.ts';
import { placesOf } from './variable-targets.ts';

/** "Find Uses": the lines of this window's scripts that name the variable; the one that is chosen is opened. */
export async function findVariableUses(rows: readonly Row[]): Promise<void> {
  const [place] = placesOf(rows);
  if (!place) return;
  const name = lineText(place.name);
  const uses = await search(place.name);
  if (uses.length === 0) {
    void window.showInformationMessage(l10n.t('No script of this window names {0}', name));
    return;
  }
  const items = uses.map((use) => ({
    use,
    label: `${lineText(use.file.path)}:${use.line}`,
    description: lineText(use.text).replaceAll('$(', '$ ('),
  }));
  const title = l10n.t('Where {0} is used', name);
  const { use } = await pickOne(items, { title, placeholder: l10n.t('Choose a line to open it') });
  await showAt(uriOf(use.file), use.line);
}

async function search(name: string): Promise<readonly VariableUseLine[]> {
  // Loaded here and not above: nothing of it is needed before somebody asks.
  const [uses, { workspaceFiles }] = await Promise.all([
    import('../../../app/variable-uses.ts'),
    import('../../host/workspace-files.ts'),
  ]);
  const files = workspaceFiles();
  const look = (signal: AbortSignal) =>
    Promise.all(openFolders().map(({ root }) => uses.findVariableUses(root, name, { files, signal })));
  const found = await withProgress(l10n.t('Looking for {0}', lineText(name)), look, { view: VIEWS.variables });
  return found.flat();
}
