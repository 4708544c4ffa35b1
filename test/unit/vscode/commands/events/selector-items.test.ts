import { expect, test } from 'vitest';
import { LOCAL, type Server } from '../../../../../src/domain/server.ts';
import { selectorItems } from '../../../../../src/vscode/commands/events/selector-items.ts';

function server(name: string, fields: Partial<Server> = {}): Server {
  return { name, kind: 'ssh', address: name, tags: [], ...fields };
}

test('selectorItems() offers servers, then groups, then tags, each with what it means', () => {
  const servers = [LOCAL, server('web1', { tags: ['web'] }), server('db', { address: 'root@10.0.0.1', tags: ['web'] })];
  const items = selectorItems(servers, { all: ['@web', '!web9'] });
  expect(items.map(({ kind, selector, description }) => [kind, selector, description])).toEqual([
    ['server', 'local', 'this machine'],
    ['server', 'web1', ''],
    ['server', 'db', 'root@10.0.0.1'],
    ['group', '@all', '@web, !web9'],
    ['tag', '@web', 'web1, db'],
  ]);
});

test('selectorItems() offers a tag and a group of the same name once: they are selected together', () => {
  const items = selectorItems([server('web1', { tags: ['web'] })], { web: ['web2'] });
  expect(items.map(({ selector }) => selector)).toEqual(['web1', '@web']);
});
