import { commands, type Disposable, l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { Cronium } from '../../../app/cronium.ts';
import type { ScriptEvent } from '../../../domain/event.ts';
import { COMMANDS, MEMORY_KEYS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { eventKey } from '../../event-key.ts';
import type { Memory } from '../../memory.ts';
import { lineText } from '../../plain-text.ts';
import { findChoice, readChoices, withChoice } from './server-choices.ts';
import {
  describeChoice,
  resolve,
  type ServerCatalog,
  type ServerItem,
  serverItems,
  serversToWarm,
  tickedBy,
} from './server-items.ts';
import { createWarmConnections } from './warm-connections.ts';

interface PickDeps {
  readonly engine: LazyEngine;
  readonly memory: Memory;
  readonly prompts: { hold(): globalThis.Disposable };
}

/** A line of the list; without a selector it is the one that adds a server. */
interface Item extends QuickPickItem {
  readonly selector?: string;
}

/** What is ticked, and whether it is the choice, or a server is to be added first. */
interface Answer {
  readonly kind: 'chosen' | 'new';
  readonly selectors: readonly string[];
}

const SECTIONS: Readonly<Record<Exclude<ServerItem['section'], 'machine'>, string>> = {
  groups: l10n.t('Groups and Tags'),
  servers: l10n.t('Servers'),
  typed: l10n.t('Named by the Event'),
};

/** Asks on which servers and groups an event shall run; the last choice is ticked. Undefined: the person gave up. */
export async function pickServers(event: ScriptEvent, deps: PickDeps): Promise<readonly string[] | undefined> {
  const key = eventKey(event);
  const choices = readChoices(deps.memory.get(MEMORY_KEYS.chosenServers));
  let selectors = findChoice(choices, key) ?? event.servers;
  for (;;) {
    const answer = await ask(event, selectors, deps);
    if (!answer) return undefined;
    if (answer.kind === 'chosen') {
      const choice = { script: key, servers: answer.selectors };
      await deps.memory.update(MEMORY_KEYS.chosenServers, withChoice(choices, choice));
      return answer.selectors;
    }
    const added: unknown = await commands.executeCommand(COMMANDS.addServer);
    selectors = typeof added === 'string' ? [...answer.selectors, added] : answer.selectors;
  }
}

/** Connections to what is likely are opened meanwhile. What they have to ask waits; only those of chosen servers come to ask. */
async function ask(event: ScriptEvent, selectors: readonly string[], deps: PickDeps): Promise<Answer | undefined> {
  const cronium = await deps.engine.get();
  const catalog = await readCatalog(cronium);
  const ticked = tickedBy(selectors, catalog);
  using _held = deps.prompts.hold();
  using warm = createWarmConnections((server, options) => cronium.connect(server, options));
  warm.open(serversToWarm(ticked, catalog));
  const answer = await show(event, catalog, { ticked, onDidTick: (names) => warm.open(resolve(names, catalog) ?? []) });
  const chosen = answer?.kind === 'chosen' ? (resolve(answer.selectors, catalog) ?? []) : [];
  warm.keep(chosen.map(({ name }) => name));
  return answer;
}

async function readCatalog(cronium: Cronium): Promise<ServerCatalog> {
  const [servers, groups] = await Promise.all([cronium.knownServers(), cronium.groups()]);
  return { servers, groups };
}

async function show(
  event: ScriptEvent,
  catalog: ServerCatalog,
  options: { readonly ticked: readonly string[]; onDidTick(selectors: readonly string[]): void },
): Promise<Answer | undefined> {
  const picker = window.createQuickPick<Item>();
  const answered = Promise.withResolvers<Answer | undefined>();
  const tickedNow = (): string[] => picker.selectedItems.flatMap(({ selector }) => selector ?? []);
  const showTitle = (): void => {
    const servers = describeChoice(tickedNow(), catalog);
    const name = lineText(event.name);
    picker.title = servers === '' ? l10n.t('Run “{0}” on…', name) : l10n.t('Run “{0}” on {1}', name, servers);
  };
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  picker.placeholder = l10n.t('Choose one or more servers or groups');
  picker.items = listItems(serverItems(catalog, options.ticked));
  picker.selectedItems = picker.items.filter(({ selector }) => selector && options.ticked.includes(selector));
  showTitle();
  const listeners: Disposable[] = [
    picker.onDidChangeSelection((items) => {
      const isNew = items.some(({ selector, kind }) => selector === undefined && kind === undefined);
      if (isNew) answered.resolve({ kind: 'new', selectors: tickedNow() });
      options.onDidTick(tickedNow());
      showTitle();
    }),
    picker.onDidAccept(() => {
      const selectors = tickedNow();
      if (selectors.length > 0) answered.resolve({ kind: 'chosen', selectors });
    }),
    picker.onDidHide(() => answered.resolve(undefined)),
  ];
  try {
    picker.show();
    return await answered.promise;
  } finally {
    for (const listener of listeners) listener.dispose();
    picker.dispose();
  }
}

/** The lines under their headings, and at the end one that adds a server. */
function listItems(lines: readonly ServerItem[]): Item[] {
  const items: Item[] = [];
  let section: ServerItem['section'] = 'machine';
  for (const line of lines) {
    if (line.section !== section && line.section !== 'machine') {
      items.push({ label: SECTIONS[line.section], kind: QuickPickItemKind.Separator });
    }
    section = line.section;
    items.push({ selector: line.selector, label: line.label, description: line.description });
  }
  items.push({ label: '', kind: QuickPickItemKind.Separator });
  items.push({ label: `$(add) ${l10n.t('New Server…')}`, alwaysShow: true });
  return items;
}
