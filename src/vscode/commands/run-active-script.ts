import type { Uri } from 'vscode';
import { findDocument, readDocument } from '../host/documents.ts';
import { assertTrusted } from '../host/trust.ts';
import { type RunDeps, runScript } from './run-script.ts';

/** "Run Active Script": the text of the open editor, saved or not, on the servers that its header names. */
export async function runActiveScript(uri: Uri | undefined, deps: RunDeps): Promise<void> {
  assertTrusted();
  await runScript(await readDocument(await findDocument(uri)), { kind: 'header' }, deps);
}
