import { expect, test } from 'vitest';
import type { LoadedEvent } from '../../../../src/app/events.ts';
import type { ScriptEvent } from '../../../../src/domain/event.ts';
import { savedEvents } from '../../../../src/vscode/triggers/saved-events.ts';
import { eventOf } from '../event.ts';

const onSave = { globs: ['conf/*.yaml'] };

function loaded(fields: Partial<ScriptEvent>): LoadedEvent {
  return { event: eventOf(fields), problems: [] };
}

const script = (path: string, root = '/project') => ({ root, path });
const header = loaded({ id: 'a.sh', script: script('a.sh'), declaredAt: { path: 'a.sh', line: 2 }, onSave });
const entry = loaded({
  id: 'cronium.yaml#a',
  script: script('a.sh'),
  declaredAt: { path: 'cronium.yaml', line: 4 },
  onSave: { globs: [] },
});
const silent = loaded({ id: 'b.sh', script: script('b.sh'), declaredAt: { path: 'b.sh', line: 2 } });
const known = [header, entry, silent, loaded({ id: 'a.sh', script: script('a.sh', '/other'), onSave })];

function saved(path: string): string[] {
  const matches = (glob: string): boolean => glob === 'conf/*.yaml' && path.startsWith('conf/');
  return savedEvents(script(path), { known, matches }).map(({ event }) => event.id);
}

test('savedEvents() are those whose script was saved, but for what it says of itself', () => {
  expect(saved('a.sh')).toEqual(['cronium.yaml#a']);
});

test('savedEvents() are those of the same folder with a glob for the saved file', () => {
  expect(saved('conf/web.yaml')).toEqual(['a.sh']);
  expect(saved('other/web.yaml')).toEqual([]);
});

test('savedEvents() has nothing of events that say nothing of saves', () => {
  expect(saved('b.sh')).toEqual([]);
});
