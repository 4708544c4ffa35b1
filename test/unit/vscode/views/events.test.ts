import { expect, test } from 'vitest';
import { eventRows } from '../../../../src/vscode/views/events.ts';
import { eventOf } from '../event.ts';

const restart = { event: eventOf({ onSave: true }), problems: [] };
const broken = {
  event: eventOf({ name: 'Broken', servers: [] }),
  problems: [
    { severity: 'error', file: '/project/x.sh', line: 3, column: 1, endColumn: 2, message: 'Unknown field "sevrers"' },
  ] as const,
};

test('eventRows() names servers and triggers', () => {
  const [row] = eventRows([{ name: 'work', root: '/project', events: [restart] }]);
  expect([row?.label, row?.description, row?.words]).toEqual(['Restart web', 'web-* · on save', 'event']);
});

test('eventRows() marks an event that cannot run, so that no menu offers to run it', () => {
  const [row] = eventRows([{ name: 'work', root: '/project', events: [broken] }]);
  expect([row?.description, row?.words, row?.icon.name]).toEqual(['header has errors', 'event broken', 'error']);
  expect(row?.tooltip).toContain('Line 3: Unknown field "sevrers"');
});

test('eventRows() shows folders when there is more than one, without the empty ones', () => {
  const rows = eventRows([
    { name: 'one', root: '/one', events: [restart] },
    { name: 'two', root: '/two', events: [] },
  ]);
  expect(rows.map(({ label, children }) => [label, children?.length])).toEqual([['one', 1]]);
});
