import { RelativePattern, type TextDocument, type Uri, workspace } from 'vscode';
import { nodeFiles } from '../../app/node-files.ts';
import type { Files, SearchOptions } from '../../domain/files.ts';
import { tokenFrom } from '../cancellation.ts';
import { createEditorFiles } from './editor-files.ts';
import { uriOf } from './place.ts';
import { runSettings } from './settings.ts';

/** What has a search for sure. Elsewhere the editor waits without end for an extension that brings one. */
const SEARCHABLE_SCHEME = 'vscode-remote';

/** The files of the workspace, as this window has them. */
export function workspaceFiles(): Files {
  return createEditorFiles({ fs: workspace.fs, uriOf, changedBytes, search, disk: nodeFiles });
}

/** The document of a file, when an editor has it. */
export function openDocument(uri: Uri): TextDocument | undefined {
  const address = uri.toString();
  return workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === address);
}

function changedBytes(uri: Uri): Promise<Uint8Array> | undefined {
  const document = openDocument(uri);
  if (!document?.isDirty || runSettings(uri).unsaved !== 'editor') return undefined;
  return Promise.resolve(workspace.encode(document.getText(), { encoding: document.encoding }));
}

async function search(root: string, { skippedFolders, maxFiles, signal }: SearchOptions): Promise<readonly string[]> {
  const base = uriOf({ root, path: '.' });
  if (base.scheme !== SEARCHABLE_SCHEME) return [];
  const include = new RelativePattern(base, '**/*');
  const exclude = `**/{${[...skippedFolders, '.*'].join(',')}}/**`;
  using given = tokenFrom(signal);
  const found = await workspace.findFiles(include, exclude, maxFiles, given.token);
  const start = base.path.endsWith('/') ? base.path.length : base.path.length + 1;
  return found.map(({ path }) => path.slice(start));
}
