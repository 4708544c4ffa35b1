import { l10n, type QuickPickItem, QuickPickItemKind } from 'vscode';
import type { LazyEngine } from '../../engine.ts';
import { pickMany, type Step } from '../../host/steps.ts';
import { type SelectorItem, selectorItems } from './selector-items.ts';

interface Item extends QuickPickItem {
  readonly selector?: string;
}

/** Asks on which servers a new event runs; none: chosen at each run. Throws `Stopped` when the person gives up. */
export async function pickSelectors(engine: LazyEngine, step: Step): Promise<readonly string[]> {
  const cronium = await engine.get();
  const items = selectorItems(await cronium.servers(), await cronium.groups());
  const titles: Readonly<Record<SelectorItem['kind'], string>> = {
    server: l10n.t('Servers'),
    group: l10n.t('Groups'),
    tag: l10n.t('Tags'),
  };
  const rows = (['server', 'group', 'tag'] as const).flatMap((kind): Item[] => {
    const own = items.filter((item) => item.kind === kind);
    if (own.length === 0) return [];
    const separator = { label: titles[kind], kind: QuickPickItemKind.Separator };
    return [separator, ...own.map(({ selector, label, description }) => ({ selector, label, description }))];
  });
  const placeholder = l10n.t('Choose its servers; none: they are chosen at each run');
  const picked = await pickMany(rows, { ...step, placeholder });
  return picked.flatMap(({ selector }) => selector ?? []);
}
