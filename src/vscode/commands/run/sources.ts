import type { Uri } from 'vscode';
import { type EditorScript, findDocument, readDocument, readEvent } from '../../host/documents.ts';
import { rowsOf, uriOf } from '../handler.ts';

/** Reads a script when its turn comes: reading may ask about changes that are not saved. */
export type Source = () => Promise<EditorScript>;

/** The scripts that a command is for: events of the tree, files that a menu was opened on, else the open script. */
export function sourcesOf(target: unknown, selected: unknown): readonly Source[] {
  const events = rowsOf(target, selected).flatMap((row) => (row.target?.kind === 'event' ? [row.target] : []));
  if (events.length > 0) return events.map((event) => () => readEvent(event));
  const uris = urisOf(target, selected);
  return uris.length > 0 ? uris.map((uri) => () => readFile(uri)) : [() => readFile(undefined)];
}

async function readFile(uri: Uri | undefined): Promise<EditorScript> {
  return await readDocument(await findDocument(uri));
}

/** The selected files when the menu's own is among them. */
function urisOf(target: unknown, selected: unknown): readonly Uri[] {
  const uri = uriOf(target);
  if (!uri) return [];
  const all = Array.isArray(selected) ? selected.flatMap((one) => uriOf(one) ?? []) : [];
  return all.some((one) => one.toString() === uri.toString()) ? all : [uri];
}
