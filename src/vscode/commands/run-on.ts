import type { Uri } from 'vscode';
import { findDocument, readDocument, readScript } from '../host/documents.ts';
import { assertTrusted } from '../host/trust.ts';
import type { Row } from '../views/row.ts';
import { type RunDeps, runScript } from './run-script.ts';

/** "Run on Servers…": the event of the tree, or the open script, on servers that the person picks. */
export async function runOn(source: Row | Uri | undefined, deps: RunDeps): Promise<void> {
  assertTrusted();
  await runScript(await read(source), { kind: 'ask' }, deps);
}

async function read(source: Row | Uri | undefined): ReturnType<typeof readScript> {
  if (source && 'target' in source) {
    if (source.target?.kind === 'event') return await readScript(source.target.script);
    return await readDocument(await findDocument(undefined));
  }
  return await readDocument(await findDocument(source && 'fsPath' in source ? source : undefined));
}
