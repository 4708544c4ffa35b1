import { l10n, window, workspace } from 'vscode';
import type { ServerFacts } from '../../../app/cronium.ts';
import { formatDuration } from '../../../base/duration.ts';
import { CroniumError, Stopped, sentence } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';
import type { LazyEngine } from '../../engine.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import { askServer } from './ask-server.ts';
import type { ServerDraft } from './entry.ts';
import { saveServer, takenNames } from './server-settings.ts';

/**
 * "Add Server": asks for it, tries it, and writes it into the user's settings. Resolves to its name, for who wants to use it at
 * once; `wanted` is the name to propose. Throws `Stopped` when the person gives up.
 */
export async function addServer({ engine }: { readonly engine: LazyEngine }, wanted?: string): Promise<string> {
  const taken = await takenNames(await engine.get());
  let draft: ServerDraft | undefined;
  for (;;) {
    draft = await askServer(draft, taken, wanted);
    const found = await tryServer(draft, engine);
    if (found.kind === 'edit') continue;
    await saveServer(draft);
    const name = lineText(draft.name);
    const message =
      found.kind === 'answered'
        ? l10n.t('Added {0}: {1}', name, describe(found.facts))
        : l10n.t('Added {0}, not tried yet', name);
    void window.showInformationMessage(noticeText(message));
    return draft.name;
  }
}

type Tried =
  | { readonly kind: 'answered'; readonly facts: ServerFacts }
  | { readonly kind: 'untried' }
  | { readonly kind: 'edit' };

async function tryServer(draft: ServerDraft, engine: LazyEngine): Promise<Tried> {
  // To connect is not for an untrusted workspace, and the server is of the person and not of the workspace.
  if (!workspace.isTrusted) return { kind: 'untried' };
  const cronium = await engine.get();
  const { name, address, tags } = draft;
  const server: Server = { name, kind: 'ssh', address, tags };
  try {
    const facts = await withProgress(l10n.t('Connecting to {0}', lineText(name)), (signal) =>
      cronium.connect(server, { signal }),
    );
    return { kind: 'answered', facts };
  } catch (error) {
    if (!(error instanceof CroniumError) && !(error instanceof Stopped)) throw error;
    return await askWhatNow(draft, error);
  }
}

async function askWhatNow({ name }: ServerDraft, error: CroniumError | Stopped): Promise<Tried> {
  const save = l10n.t('Save Anyway');
  const edit = l10n.t('Edit');
  const message =
    error instanceof Stopped
      ? l10n.t('The attempt to connect to {0} was stopped', lineText(name))
      : l10n.t('{0} cannot be used yet', lineText(name));
  const options = { modal: true, ...(error instanceof Stopped ? {} : { detail: sentence(error) }) };
  const chosen = await window.showWarningMessage(noticeText(message), options, save, edit);
  if (chosen === save) return { kind: 'untried' };
  if (chosen === edit) return { kind: 'edit' };
  throw new Stopped('user');
}

function describe({ platform, runnerVersion, tookMs }: ServerFacts): string {
  const took = tookMs === 0 ? [] : [l10n.t('answered in {0}', formatDuration(tookMs))];
  return [lineText(platform), l10n.t('runner {0}', lineText(runnerVersion)), ...took].join(', ');
}
