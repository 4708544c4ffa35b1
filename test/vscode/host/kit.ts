import * as assert from 'node:assert/strict';
import { commands, extensions, type TextDocument, Uri, window, workspace } from 'vscode';
import type { CroniumApi, RunSummary } from '../../../src/vscode/api.ts';

export { assert };

/** Opens the door that every other extension has. */
export async function openApi(): Promise<CroniumApi> {
  const extension = extensions.getExtension<CroniumApi>('cronium.cronium');
  assert.ok(extension, 'The extension is not installed');
  return await extension.activate();
}

/** Looks again and again until there is something; the wait has a limit and the complaint says for what. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited 30 s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function openScript(path: string): Promise<TextDocument> {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const document = await workspace.openTextDocument(Uri.joinPath(folder.uri, path));
  await window.showTextDocument(document);
  return document;
}

/** The run of an event that is newer than `known`. */
export async function newRun(api: CroniumApi, event: string, known: readonly RunSummary[]): Promise<RunSummary> {
  const ids = new Set(known.map(({ id }) => id));
  return await until(`a run of ${event}`, async () =>
    (await api.runs()).find((run) => run.event === event && !ids.has(run.id)),
  );
}

export async function ended(api: CroniumApi, id: string): Promise<RunSummary> {
  return await until(`the end of run ${id}`, async () => {
    const run = (await api.runs()).find((one) => one.id === id);
    return run && run.status !== 'running' ? run : undefined;
  });
}

/** Presses the first button of the notification in sight. */
export async function acceptNotification(): Promise<void> {
  await commands.executeCommand('notifications.focusToasts');
  await commands.executeCommand('notification.acceptPrimaryAction');
}
