import { expect, test } from 'vitest';
import type { LoadedEvent } from '../../../../src/app/events.ts';
import { eventRows, type FolderEvents } from '../../../../src/vscode/views/events.ts';
import type { Row } from '../../../../src/vscode/views/row.ts';
import { eventOf } from '../event.ts';

const restart: LoadedEvent = { event: eventOf({ onSave: { globs: [] } }), problems: [] };
const broken: LoadedEvent = {
  event: eventOf({ id: 'x.sh', name: 'Broken', servers: [] }),
  problems: [
    { severity: 'error', file: '/project/x.sh', line: 3, column: 1, endColumn: 2, message: 'Unknown field "sevrers"' },
  ],
};

function folder(events: readonly LoadedEvent[], name = 'work', root = '/project'): FolderEvents {
  return { name, root, events };
}

function lines(rows: readonly Row[]): unknown {
  return rows.map(({ label, description, words, children }) => [
    label,
    description,
    words,
    children && lines(children),
  ]);
}

test('eventRows() names servers and triggers', () => {
  expect(lines(eventRows([folder([restart])], []))).toEqual([['Restart web', 'web-* · on save', 'event', undefined]]);
});

test('eventRows() marks an event that cannot run, and says why', () => {
  const [row] = eventRows([folder([broken])], []);
  expect([row?.description, row?.words, row?.icon.name]).toEqual(['has errors', 'event broken', 'error']);
  expect(row?.tooltip).toEqual({
    title: 'Broken',
    facts: [
      { name: 'Script', value: 'ops/restart.sh' },
      { name: 'Servers', value: 'servers chosen at each run' },
      { name: 'Line 3', value: 'Unknown field "sevrers"' },
    ],
  });
});

test('eventRows() shows folders when there is more than one, without the empty ones', () => {
  const rows = eventRows([folder([restart], 'one', '/one'), folder([], 'two', '/two')], []);
  expect(lines(rows)).toEqual([['one', undefined, 'folder', [['Restart web', 'web-* · on save', 'event', undefined]]]]);
});

test('eventRows() says of a folder why it could not be read, beside the events of the others', () => {
  const problem = 'Cannot read "/ops/cronium.yaml": it is a folder';
  const unread = { ...folder([], 'ops', '/ops'), problem };
  const ops = ['ops', problem, 'folder', undefined];
  expect(lines(eventRows([unread, folder([restart])], []))).toEqual([
    ops,
    ['work', undefined, 'folder', [['Restart web', 'web-* · on save', 'event', undefined]]],
  ]);
  expect(lines(eventRows([unread], []))).toEqual([ops]);
});

test('eventRows() tells events of the same name apart, and a script from an entry for it', () => {
  const script = { root: '/project', path: 'ops/restart.sh' };
  const entry = eventOf({ id: 'cronium.yaml#restart', script, declaredAt: { path: 'cronium.yaml', line: 2 } });
  const rows = eventRows([folder([restart, { event: entry, problems: [] }])], []);
  expect(rows.map(({ description }) => description)).toEqual([
    'ops/restart.sh · web-* · on save',
    'cronium.yaml#restart · web-*',
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
  expect(rows[1]?.target).toEqual({
    kind: 'event',
    id: 'cronium.yaml#restart',
    script,
    declaredAt: { path: 'cronium.yaml', line: 2 },
  });
});

test('eventRows() lists scripts that were run as they are, unless they are events by now', () => {
  const recent = ['plain.sh', 'ops/restart.sh', 'tools/clean.py'].map((path) => ({ root: '/project', path }));
  const outside = { root: '/home/me', path: 'notes.sh' };
  const rows = eventRows([folder([restart])], [...recent, outside]);
  expect(lines(rows.slice(1))).toEqual([
    [
      'Recent Scripts',
      undefined,
      'recentScripts',
      [
        ['plain.sh', undefined, 'event recent', undefined],
        ['clean.py', 'tools', 'event recent', undefined],
        ['notes.sh', 'me', 'event recent', undefined],
      ],
    ],
  ]);
  expect(rows[1]?.children?.[0]?.target).toEqual({ kind: 'event', id: 'plain.sh', script: recent[0] });
  expect(rows[1]?.children?.[0]?.icon).toEqual({ name: 'file' });
});

test('eventRows() has no heading for recent scripts when there are none', () => {
  expect(eventRows([folder([])], [])).toEqual([]);
});

test('eventRows() says what runs a script that does not say so itself', () => {
  const event = eventOf({ interpreter: { commands: ['python3', 'python'], args: ['-u'] } });
  const tip = eventRows([folder([{ event, problems: [] }])], [])[0]?.tooltip;
  expect(tip).toMatchObject({ facts: expect.arrayContaining([{ name: 'Runs with', value: 'python3 -u' }]) });
});
