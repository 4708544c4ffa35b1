import type { Server } from '../../../domain/server.ts';
import { lineText } from '../../plain-text.ts';

/** A selector that a person can pick for an event. */
export interface SelectorItem {
  readonly selector: string;
  readonly label: string;
  readonly description: string;
  readonly kind: 'group' | 'tag' | 'server';
}

/** What an event's `servers` can be picked from: servers, then groups, then tags. */
export function selectorItems(
  servers: readonly Server[],
  groups: Readonly<Record<string, readonly string[]>>,
): readonly SelectorItem[] {
  const tags = new Set(servers.flatMap((server) => server.tags).filter((tag) => !Object.hasOwn(groups, tag)));
  const tagged = (tag: string): string[] =>
    servers.filter((server) => server.tags.includes(tag)).map(({ name }) => name);
  return [
    ...servers.map(({ name, kind, address }) =>
      item('server', name, kind === 'local' ? 'this machine' : address === name ? '' : address),
    ),
    ...Object.entries(groups).map(([name, selectors]) => item('group', `@${name}`, selectors.join(', '))),
    ...[...tags].map((tag) => item('tag', `@${tag}`, tagged(tag).join(', '))),
  ];
}

function item(kind: SelectorItem['kind'], selector: string, description: string): SelectorItem {
  return { kind, selector, label: lineText(selector), description: lineText(description) };
}
