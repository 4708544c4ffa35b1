import { l10n, workspace } from 'vscode';
import type { PlanOptions } from '../../../app/cronium.ts';
import type { RunPlan } from '../../../domain/run.ts';
import type { LazyEngine } from '../../engine.ts';
import type { EditorScript } from '../../host/documents.ts';
import { uriOf } from '../../host/place.ts';
import { runSettings } from '../../host/settings.ts';
import { noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';

/** What whoever starts a run adds to the script. */
export type PlanRequest = Pick<PlanOptions, 'on' | 'args' | 'env' | 'input' | 'inputs' | 'timeoutMs' | 'trigger'>;

/** Packs a script, resolves its variables and finds its servers, with progress and a Cancel that works. */
export async function planScript(
  script: EditorScript,
  request: PlanRequest,
  { engine }: { readonly engine: LazyEngine },
): Promise<RunPlan> {
  const name = noticeText(script.loaded.event.name);
  return await withProgress(
    l10n.t('Cronium: preparing “{0}”', name),
    async (signal) => await planQuietly(script, request, { engine, signal }),
  );
}

/** The same without a word, for those who show what they do themselves. */
export async function planQuietly(
  { loaded: { event }, text }: EditorScript,
  request: PlanRequest,
  { engine, signal }: { readonly engine: LazyEngine; readonly signal: AbortSignal },
): Promise<RunPlan> {
  const cronium = await engine.get();
  const { parallel, timeoutMs } = runSettings(uriOf(event.script));
  return await cronium.plan(event, {
    defaults: { parallel, timeoutMs },
    ...(text === undefined ? {} : { text }),
    ...request,
    folders: Object.fromEntries((workspace.workspaceFolders ?? []).map(({ name, uri }) => [name, uri.fsPath])),
    config: readSetting,
    signal,
  });
}

/** A setting's value as a text, for `${config:…}`; undefined for one that is not set or is no plain value. */
function readSetting(key: string): string | undefined {
  const value: unknown = workspace.getConfiguration().get(key);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
