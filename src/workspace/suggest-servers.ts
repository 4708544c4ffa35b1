import type { Cursor } from './cursor.ts';
import type { KnownNames, Suggestion } from './document.ts';
import { textSnippet } from './snippet.ts';

/** Proposes names of servers, groups and tags; behind a `!`, as exclusions. */
export function suggestServers(cursor: Cursor, { servers, groups }: KnownNames): Suggestion[] {
  const exclusion = cursor.before.startsWith('!') ? '!' : '';
  const tagged = new Map<string, string[]>();
  for (const { name, tags } of servers) for (const tag of tags) tagged.set(tag, [...(tagged.get(tag) ?? []), name]);
  const names = [
    ...servers.map(({ name, address, kind }) => ({ name, detail: kind === 'local' ? 'this machine' : address })),
    ...Object.entries(groups).map(([group, selectors]) => ({ name: `@${group}`, detail: selectors.join(', ') })),
    ...[...tagged]
      .filter(([tag]) => !Object.hasOwn(groups, tag))
      .map(([tag, tagNames]) => ({ name: `@${tag}`, detail: tagNames.join(', ') })),
  ];
  return names.map(({ name, detail }) => {
    const label = `${exclusion}${name}`;
    return { label, kind: 'server', insertText: textSnippet(label, cursor), detail, range: cursor.range };
  });
}
