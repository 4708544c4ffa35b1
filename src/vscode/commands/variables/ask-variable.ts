import { basename } from 'node:path';
import { l10n, type QuickPickItem, QuickPickItemKind } from 'vscode';
import type { VariablePlace } from '../../../app/cronium.ts';
import { type SharedVariable, variableOwner } from '../../../domain/shared-variable.ts';
import type { LazyEngine } from '../../engine.ts';
import type { EventIndex } from '../../event-index.ts';
import { openFolders } from '../../host/place.ts';
import { askText, pickOne, type Step } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { draftText, nameProblem, type ValueKind, valueProblem } from './variable-draft.ts';

type Scope = Omit<VariablePlace, 'name'>;

interface ScopeItem extends QuickPickItem {
  readonly place?: Scope;
}

export interface AskDeps {
  readonly engine: LazyEngine;
  readonly events: EventIndex;
}

/** Asks who shares a new variable. */
export async function askScope(deps: AskDeps, step: Step): Promise<Scope> {
  const placeholder = l10n.t('Choose who reads it');
  for (;;) {
    const { place } = await pickOne(await scopeItems(deps), { ...step, placeholder });
    if (place) return place;
  }
}

export async function askVariableName(taken: readonly string[], step: Step): Promise<string> {
  const name = await askText({
    ...step,
    prompt: l10n.t('What scripts call it'),
    placeholder: l10n.t('Such as deployed.version'),
    problem: (text) => nameProblem(text, taken),
  });
  return name.trim();
}

/** Asks what a value is; `before`: what it is now, which Enter leaves as it is. */
export async function askKind(step: Step, before?: ValueKind): Promise<ValueKind> {
  const items = [
    { kind: 'text', label: l10n.t('Text'), description: l10n.t('as it stands, also 1.10') },
    { kind: 'json', label: l10n.t('JSON'), description: l10n.t('a number, a list, an object') },
    { kind: 'secret', label: l10n.t('Secret'), description: l10n.t('kept in the secret storage, never shown') },
  ] as const;
  // Not the item's own `kind`: the editor would take it for a heading.
  const choices = items
    .map(({ kind, ...item }) => ({ ...item, value: kind }))
    .sort((one, other) => Number(other.value === before) - Number(one.value === before));
  return (await pickOne(choices, { ...step, placeholder: l10n.t('Choose what its value is') })).value;
}

/** Asks for a value; `before`: what stands there to be changed. */
export async function askValue(kind: ValueKind, before: SharedVariable['value'], step: Step): Promise<string> {
  const words: Readonly<Record<ValueKind, readonly [string, string]>> = {
    text: [l10n.t('The text that scripts read'), l10n.t('Such as 1.10')],
    json: [l10n.t('The value as JSON'), l10n.t('Such as 3, true or ["a", "b"]')],
    secret: [l10n.t('The secret'), l10n.t('Not shown as you type')],
  };
  const [prompt, placeholder] = words[kind];
  return await askText({
    ...step,
    prompt,
    placeholder,
    value: draftText(before, kind),
    isSecret: kind === 'secret',
    problem: (text) => valueProblem(text, kind),
  });
}

/** Everyone, the folders of this window, its events, the servers that can be named. */
async function scopeItems({ engine, events }: AskDeps): Promise<readonly ScopeItem[]> {
  const cronium = await engine.get();
  const [servers, folders] = await Promise.all([cronium.servers(), events.get()]);
  const ofEvents = folders.flatMap(({ root, events: loaded }) =>
    loaded.map(({ event }) => {
      const owner = variableOwner('event', { workspace: root, event: event.id, server: '' }) ?? '';
      const description = folders.length > 1 ? lineText(basename(root)) : '';
      return { label: lineText(event.name), description, place: { scope: 'event', owner } } as const;
    }),
  );
  return [
    { label: l10n.t('Global'), description: l10n.t('all scripts'), place: { scope: 'global', owner: '' } },
    ...openFolders().map(({ name, root }) => {
      return {
        label: lineText(name),
        description: l10n.t('scripts of this folder'),
        place: { scope: 'workspace', owner: root },
      } as const;
    }),
    ...section(l10n.t('Events'), ofEvents),
    ...section(
      l10n.t('Servers'),
      servers.map(({ name }) => ({ label: lineText(name), place: { scope: 'server', owner: name } }) as const),
    ),
  ];
}

function section(label: string, items: readonly ScopeItem[]): readonly ScopeItem[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}
