import { env } from 'vscode';
import type { Row } from '../../views/row.ts';
import { runTargets } from './run-targets.ts';

/** "Copy Run ID": the ids of the selected runs, a line each; `cronium logs` and `cronium cancel` take them. */
export async function copyRunId(rows: readonly Row[]): Promise<void> {
  const ids = runTargets(rows).map(({ run }) => run);
  if (ids.length > 0) await env.clipboard.writeText(ids.join('\n'));
}
