import { env, l10n } from 'vscode';
import type { LazyEngine } from '../../engine.ts';
import type { Row } from '../../views/row.ts';
import { sayInPassing } from '../servers/say.ts';
import { chosenOutputs } from './chosen-outputs.ts';
import { runTargets } from './run-targets.ts';

/** "Copy Outputs": what the scripts of the selected runs or servers have put out, as `--json` has it. */
export async function copyOutputs(rows: readonly Row[], { engine }: { readonly engine: LazyEngine }): Promise<void> {
  const cronium = await engine.get();
  const text = chosenOutputs(runTargets(rows), (run) => cronium.outputs(run));
  if (text === undefined) return sayInPassing(l10n.t('Nothing was put out there'), { icon: 'info' });
  await env.clipboard.writeText(text);
  sayInPassing(l10n.t('Copied the outputs'));
}
