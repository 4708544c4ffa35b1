import { readScript } from '../host/documents.ts';
import { assertTrusted } from '../host/trust.ts';
import type { Row } from '../views/row.ts';
import { type RunDeps, runScript } from './run-script.ts';

/** "Run Event": the event of the tree, on the servers that its header names. */
export async function runEvent(row: Row | undefined, deps: RunDeps): Promise<void> {
  assertTrusted();
  if (row?.target?.kind !== 'event') return;
  await runScript(await readScript(row.target.script), { kind: 'header' }, deps);
}
