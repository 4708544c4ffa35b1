import { l10n, Range, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import { LOCAL } from '../../../domain/server.ts';
import { placeOf } from '../../host/place.ts';
import { askText, pickOne } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { fileNameFor, SCRIPT_TEMPLATES, type ScriptTemplate, scriptText } from '../../script-templates.ts';
import { exists } from './exists.ts';

/** Names that are tried when a file is there already: `restart.sh`, `restart-2.sh` … */
const MAX_TRIES = 100;

/** "New Event…": writes a script that runs at once, on this machine, and opens it where it goes on. */
export async function newEvent(): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const title = l10n.t('New Event');
  const of = folders.length > 1 ? 3 : 2;
  const items = SCRIPT_TEMPLATES.map((template) => ({
    template,
    label: template.label,
    description: template.extension,
  }));
  const { template } = await pickOne(items, { title, step: 1, of, placeholder: l10n.t('Choose a language') });
  const name = (
    await askText({
      title,
      step: 2,
      of,
      prompt: l10n.t('What it does; its file is named after it'),
      placeholder: l10n.t('Such as “Restart web”'),
      problem: (text) => (fileNameFor(text, '') ? undefined : l10n.t('A name needs a letter or a digit')),
    })
  ).trim();
  const folder = await chooseFolder(folders, { title, step: 3, of });
  const uri = await writeScript(folder, { name, template });
  const document = await workspace.openTextDocument(uri);
  const end = document.lineAt(document.lineCount - 1).range.end;
  await window.showTextDocument(document, { selection: new Range(end, end) });
}

async function chooseFolder(
  folders: readonly WorkspaceFolder[],
  step: { readonly title: string; readonly step: number; readonly of: number },
): Promise<WorkspaceFolder> {
  const [first] = folders;
  if (!first) {
    throw new CroniumError(
      'workspace/none',
      l10n.t('Cannot create an event: no folder is open that its script could be written to'),
    );
  }
  if (folders.length === 1) return first;
  const items = folders.map((folder) => ({
    folder,
    label: lineText(folder.name),
    description: lineText(folder.uri.path),
  }));
  return (await pickOne(items, { ...step, placeholder: l10n.t('Choose the folder for the script') })).folder;
}

/** Writes the script under a name that is free. */
async function writeScript(
  folder: WorkspaceFolder,
  { name, template }: { readonly name: string; readonly template: ScriptTemplate },
): Promise<Uri> {
  const { headerFor } = await import('../../../app/language.ts');
  const uri = await findFree(folder, name, template.extension);
  const bare = scriptText(template);
  const document = { ...placeOf(uri), text: bare, languageId: template.languageId };
  const edit = headerFor(document, { name, servers: [LOCAL.name] });
  const lines = bare.split('\n');
  const start = offsetOf(lines, edit.line, edit.column);
  const text = bare.slice(0, start) + edit.text + bare.slice(offsetOf(lines, edit.endLine, edit.endColumn));
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

function offsetOf(lines: readonly string[], line: number, column: number): number {
  return lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

async function findFree(folder: WorkspaceFolder, name: string, extension: string): Promise<Uri> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const file = fileNameFor(attempt === 1 ? name : `${name} ${attempt}`, extension) ?? `event${extension}`;
    const uri = Uri.joinPath(folder.uri, file);
    if (!(await exists(uri))) return uri;
  }
  throw new CroniumError(
    'event/name',
    l10n.t('Cannot create "{0}": there are {1} of them already', fileNameFor(name, extension) ?? name, MAX_TRIES),
  );
}
