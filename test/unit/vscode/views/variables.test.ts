import { expect, test } from 'vitest';
import type { SharedVariable } from '../../../../src/domain/shared-variable.ts';
import type { Row } from '../../../../src/vscode/views/row.ts';
import { describeAuthor, describeChange, valueText, variableRows } from '../../../../src/vscode/views/variables.ts';

const RUN = 'abcdef0123456789abcdef0123456789';

function variableOf(name: string, fields: Partial<SharedVariable> = {}): SharedVariable {
  const common = { type: 'plain', value: 1, version: 3, changedAt: 7, changedBy: { kind: 'person' } } as const;
  return { name, scope: 'global', owner: '', ...common, ...fields };
}

const deps = {
  moment: (at: number) => `at ${at}`,
  folders: ['/project'],
  eventName: (root: string, id: string) => (root === '/project' && id === 'a.sh' ? 'Deploy web' : undefined),
};

const outline = (rows: readonly Row[]): unknown[] =>
  rows.map(({ label, description, words, children }) =>
    children ? [label, description, words, outline(children)] : [label, description, words],
  );

test('variableRows() lists whose variables they are, from what is for all to what is for few', () => {
  const rows = variableRows(
    [
      variableOf('b', { value: 'text' }),
      variableOf('a', { value: { list: [1] } }),
      variableOf('c', { scope: 'server', owner: 'web1' }),
      variableOf('d', { scope: 'event', owner: '/project\0a.sh' }),
      variableOf('e', { scope: 'event', owner: '\0loose.sh' }),
      variableOf('f', { scope: 'workspace', owner: '/project' }),
      variableOf('g', { scope: 'workspace', owner: '/else/where' }),
    ],
    deps,
  );
  expect(outline(rows)).toEqual([
    [
      'Global',
      'all scripts',
      'scope global',
      [
        ['a', '{"list":[1]}', 'variable plain'],
        ['b', 'text', 'variable plain'],
      ],
    ],
    ['project', 'folder', 'scope workspace', [['f', '1', 'variable plain']]],
    ['Deploy web', 'event · project', 'scope event', [['d', '1', 'variable plain']]],
    ['loose.sh', 'event', 'scope event', [['e', '1', 'variable plain']]],
    ['web1', 'server', 'scope server', [['c', '1', 'variable plain']]],
    ['where', 'folder', 'scope workspace', [['g', '1', 'variable plain']]],
  ]);
  expect(rows.map(({ isExpanded }) => isExpanded)).toEqual([true, true, true, true, true, false]);
});

test('variableRows() never shows a secret, whatever it was told', () => {
  const rows = variableRows([variableOf('token', { type: 'secret', value: 'sesame' })], deps);
  expect(JSON.stringify(rows)).not.toContain('sesame');
  expect(rows[0]?.children?.[0]).toMatchObject({
    description: 'secret',
    words: 'variable secret',
    icon: { name: 'lock' },
  });
});

test('variableRows() tells who has changed a variable and when', () => {
  const job = { kind: 'job', run: RUN, job: 'j', server: 'web1' } as const;
  const [group] = variableRows([variableOf('a', { changedBy: job })], deps);
  expect(group?.children?.[0]?.tooltip).toEqual({
    title: 'a',
    facts: [
      { name: 'Value', value: '1' },
      { name: 'Of', value: 'Global' },
      { name: 'Changed', value: `at 7, ${describeAuthor(job)}` },
      { name: 'Version', value: '3' },
    ],
  });
  expect(describeAuthor(job)).toMatch(/^by run abcdef\w* on web1$/);
});

test('variableRows() gives every row an id of its own', () => {
  const places = [
    { scope: 'global', owner: '' },
    { scope: 'server', owner: 'web1' },
    { scope: 'server', owner: 'web2' },
    { scope: 'workspace', owner: 'web1' },
  ] as const;
  const rows = variableRows(
    places.flatMap((place) => [variableOf('a', place), variableOf('b', place)]),
    deps,
  );
  const ids = rows.flatMap((row) => [row.id, ...(row.children ?? []).map(({ id }) => id)]);
  expect(ids.length).toBe(12);
  expect(new Set(ids).size).toBe(12);
});

test('valueText() is one line, and not a long one', () => {
  expect(valueText('a\nb\u001b[31m')).not.toMatch(/[\n\u001b]/);
  expect(valueText('x'.repeat(500)).length).toBe(80);
  expect(valueText(null)).toBe('null');
  expect(valueText('1.10')).toBe('1.10');
});

test('describeChange() tells what a variable was, when and by whom, and nothing of secrets', () => {
  const change = { version: 2, type: 'plain', isUnset: false, changedAt: 7, changedBy: { kind: 'person' } } as const;
  const description = 'version 2 · at 7, by hand';
  expect(describeChange({ ...change, value: '$(x) a' }, deps)).toEqual({ label: '$ (x) a', description });
  expect(describeChange({ ...change, isUnset: true }, deps)).toEqual({ label: 'deleted', description });
  expect(describeChange({ ...change, type: 'secret', value: 'sesame' }, deps)).toEqual({
    label: 'secret',
    description,
  });
});
