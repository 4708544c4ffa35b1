import { findDocument, readDocument } from '../host/documents.ts';
import { assertTrusted } from '../host/trust.ts';
import type { Row } from '../views/row.ts';
import { type RunDeps, runScript } from './run-script.ts';

/** "Run Active Script Here": the open script, on a server of the tree. */
export async function runHere(row: Row | undefined, deps: RunDeps): Promise<void> {
  assertTrusted();
  if (row?.target?.kind !== 'server') return;
  const script = await readDocument(await findDocument(undefined));
  await runScript(script, { kind: 'named', servers: [row.target.name] }, deps);
}
