import { commands, l10n, window } from 'vscode';
import { CroniumError, Stopped } from '../../../domain/errors.ts';
import type { LazyEngine } from '../../engine.ts';
import { serverSettings } from '../../host/settings.ts';
import { askText, pickOne } from '../../host/steps.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { askName, askTags } from './ask-server.ts';
import { chooseServers } from './choose-servers.ts';
import { addressProblem, readDraft, readEntries, type ServerDraft, type TakenNames } from './entry.ts';
import { dropServers, saveServer, takenNames } from './server-settings.ts';

interface Deps {
  readonly engine: LazyEngine;
}

type Field = 'address' | 'name' | 'tags' | 'protected' | 'file';

/** "Edit Server": one thing after the other, each written at once, until the person leaves. */
export async function editServer(rows: readonly Row[], deps: Deps): Promise<void> {
  const choice = { placeholder: l10n.t('Choose the server to edit'), count: 'one' } as const;
  const [server] = await chooseServers(rows.slice(0, 1), deps, {
    ...choice,
    isOffered: ({ origin }) => origin === 'settings',
  });
  const taken = await takenNames(await deps.engine.get());
  const entries = readEntries(serverSettings().servers);
  if (!server || !Object.hasOwn(entries, server.name)) {
    throw new CroniumError(
      'servers/elsewhere',
      l10n.t('Cannot edit "{0}": it does not stand in your settings', server?.name ?? ''),
    );
  }
  let draft = readDraft(server.name, entries[server.name]);
  for (;;) {
    const field = await pickField(draft);
    if (field === 'file') {
      await commands.executeCommand('workbench.action.openSettingsJson', { revealSetting: { key: 'cronium.servers' } });
      return;
    }
    const changed = await change(draft, field, without(taken, draft.name));
    await saveServer(changed, draft.name);
    draft = changed;
  }
}

/** "Remove Server": from the settings; what is on the server stays there. */
export async function removeServer(rows: readonly Row[], deps: Deps): Promise<void> {
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers to remove from your settings'),
    count: 'many',
    isOffered: ({ origin }) => origin === 'settings',
  });
  const entries = readEntries(serverSettings().servers);
  const names = servers.map(({ name }) => name).filter((name) => Object.hasOwn(entries, name));
  const remove = l10n.t('Remove');
  const [first = ''] = names;
  const message =
    names.length === 1
      ? l10n.t('Remove {0} from your settings?', lineText(first))
      : l10n.t('Remove {0} servers from your settings?', names.length);
  const detail = [
    ...(names.length === 1 ? [] : [names.map(lineText).join(', ')]),
    l10n.t('What Cronium keeps on a server stays there; “Clean Server…” removes it.'),
  ].join('\n\n');
  if (names.length === 0) return;
  const answer = await window.showWarningMessage(noticeText(message), { modal: true, detail }, remove);
  if (answer !== remove) throw new Stopped('user');
  await dropServers(names);
}

async function pickField({ name, address, tags, isProtected }: ServerDraft): Promise<Field> {
  const item = (field: Field, label: string, description = '') => ({
    field,
    label,
    description: lineText(description),
  });
  const items = [
    item('address', l10n.t('Address'), address),
    item('name', l10n.t('Name'), name),
    item('tags', l10n.t('Tags'), tags.join(' ')),
    item('protected', l10n.t('Protected'), isProtected ? l10n.t('yes: every run is confirmed') : l10n.t('no')),
    item('file', l10n.t('Open User Settings (JSON)')),
  ];
  const title = l10n.t('Edit {0}', lineText(name));
  return (await pickOne(items, { title, placeholder: l10n.t('Choose what to change') })).field;
}

async function change(draft: ServerDraft, field: Exclude<Field, 'file'>, taken: TakenNames): Promise<ServerDraft> {
  const title = l10n.t('Edit {0}', lineText(draft.name));
  switch (field) {
    case 'address':
      return { ...draft, address: await askNewAddress(draft.address, title) };
    case 'name':
      return { ...draft, name: await askName(draft.name, { title }, { taken, address: draft.address }) };
    case 'tags':
      return { ...draft, tags: await askTags(draft.tags, { title }) };
    case 'protected':
      return { ...draft, isProtected: !draft.isProtected };
    default:
      return field satisfies never;
  }
}

async function askNewAddress(value: string, title: string): Promise<string> {
  const text = await askText({
    title,
    prompt: l10n.t('A host of your SSH configuration, or [user@]host[:port]'),
    placeholder: l10n.t('Such as deploy@web1.example.com:22'),
    value,
    problem: addressProblem,
  });
  return text.trim();
}

function without(taken: TakenNames, name: string): TakenNames {
  return { ...taken, settings: taken.settings.filter((other) => other !== name) };
}
