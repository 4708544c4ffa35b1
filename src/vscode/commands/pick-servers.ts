import { join } from 'node:path';
import { type Memento, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { ScriptEvent } from '../../domain/event.ts';
import type { Server } from '../../domain/server.ts';
import { MEMORY_KEYS } from '../contributions.ts';
import type { LazyEngine } from '../engine.ts';
import { lineText } from '../plain-text.ts';
import { findChoice, type ServerChoices, withChoice } from './server-choices.ts';

interface ServerItem extends QuickPickItem {
  readonly name?: string;
}

/** Asks on which servers an event shall run; the last choice is picked already. Undefined: the person gave up. */
export async function pickServers(
  event: ScriptEvent,
  { engine, memory }: { readonly engine: LazyEngine; readonly memory: Memento },
): Promise<readonly string[] | undefined> {
  const key = join(event.script.root, event.script.path);
  const choices = memory.get<ServerChoices>(MEMORY_KEYS.chosenServers, []);
  const servers = await (await engine.get()).servers();
  const last = findChoice(choices, key) ?? event.servers;
  const items = serverItems(servers, new Set(last));
  const chosen = await window.showQuickPick(items, {
    canPickMany: true,
    matchOnDescription: true,
    title: `Run “${lineText(event.name)}” on`,
    placeHolder: 'Choose one or more servers',
  });
  const names = chosen?.flatMap(({ name }) => name ?? []) ?? [];
  if (names.length === 0) return undefined;
  await memory.update(MEMORY_KEYS.chosenServers, withChoice(choices, { script: key, servers: names }));
  return names;
}

function serverItems(servers: readonly Server[], picked: ReadonlySet<string>): ServerItem[] {
  const item = ({ name, kind, address, tags }: Server): ServerItem => ({
    name,
    label: lineText(name),
    description: [
      ...(kind === 'local' ? ['this machine'] : address === name ? [] : [lineText(address)]),
      ...tags.map((tag) => `@${lineText(tag)}`),
    ].join(' · '),
    picked: picked.has(name),
  });
  const isLocal = ({ kind }: Server): boolean => kind === 'local';
  const remote = servers.filter((server) => !isLocal(server)).map(item);
  const separator: ServerItem = { label: 'Servers', kind: QuickPickItemKind.Separator };
  return [...servers.filter(isLocal).map(item), ...(remote.length > 0 ? [separator, ...remote] : [])];
}
