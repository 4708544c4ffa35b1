import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JobScope, VariableAuthor, VariableScope } from '../../../src/domain/shared-variable.ts';
import { openStore } from '../../../src/store/store.ts';
import type { VariablePlace } from '../../../src/store/variables.ts';
import { idOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

const PERSON: VariableAuthor = { kind: 'person' };
const JOB: JobScope = {
  ...{ job: idOf('one/web-1'), run: idOf('one'), server: 'web-1' },
  ...{ event: 'scripts/restart.sh', workspace: '/project' },
};
const OWNERS: Readonly<Record<VariableScope, string>> = {
  server: 'web-1',
  event: '/project\0scripts/restart.sh',
  workspace: '/project',
  global: '',
};

function place(scope: VariableScope, name = 'VERSION'): VariablePlace {
  return { scope, owner: OWNERS[scope], name };
}

test('write() makes a variable of version 1, and each change is one more', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  expect(variables.write(place('global'), { type: 'plain', value: '1.10' }, { by: PERSON, at: 10 })).toEqual({
    ...{ code: 'ok', version: 1 },
  });
  variables.write(place('global'), { type: 'plain', value: { a: [1] } }, { by: PERSON, at: 20 });
  expect(variables.find(place('global'))).toEqual({
    ...{ ...place('global'), type: 'plain', value: { a: [1] }, version: 2, changedAt: 20, changedBy: PERSON },
  });
  expect(variables.find(place('workspace'))).toBeUndefined();
});

test('write() with ifVersion changes only what is as it was seen, 0 meaning that there is none', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  const write = (value: string, ifVersion: number): unknown =>
    variables.write(place('event'), { type: 'plain', value }, { by: PERSON, at: 1, ifVersion });
  expect(write('a', 1)).toEqual({ code: 'changed', version: 0 });
  expect(write('a', 0)).toEqual({ code: 'ok', version: 1 });
  expect(write('b', 0)).toEqual({ code: 'changed', version: 1 });
  expect(write('b', 1)).toEqual({ code: 'ok', version: 2 });
  expect(variables.find(place('event'))?.value).toBe('b');
});

test('a version never comes twice, also when the variable was unset in between', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  variables.write(place('global'), { type: 'plain', value: 1 }, { by: PERSON, at: 1 });
  expect(variables.write(place('global'), { type: 'unset' }, { by: PERSON, at: 2 })).toEqual({
    ...{ code: 'ok', version: 2 },
  });
  expect(variables.find(place('global'))).toBeUndefined();
  expect(variables.list()).toEqual([]);
  expect(variables.write(place('global'), { type: 'unset' }, { by: PERSON, at: 2 })).toEqual({
    ...{ code: 'ok', version: 0 },
  });
  expect(variables.write(place('global'), { type: 'plain', value: 3 }, { by: PERSON, at: 3, ifVersion: 0 })).toEqual({
    code: 'ok',
    version: 3,
  });
  expect(variables.history(place('global')).map(({ version, isUnset }) => [version, isUnset])).toEqual([
    ...[
      [3, false],
      [2, true],
      [1, false],
    ],
  ]);
});

test('findFor() takes the most specific scope that has the name, and only what is of this job', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  const found = (scope?: VariableScope): unknown => variables.findFor(JOB, 'VERSION', scope)?.value;
  variables.write(
    { scope: 'server', owner: 'web-2', name: 'VERSION' },
    { type: 'plain', value: 'other' },
    { by: PERSON, at: 1 },
  );
  expect(found()).toBeUndefined();
  for (const scope of ['global', 'workspace', 'event', 'server'] as const) {
    variables.write(place(scope), { type: 'plain', value: scope }, { by: PERSON, at: 1 });
    expect(found()).toBe(scope);
  }
  expect(found('workspace')).toBe('workspace');
  const { workspace: _, ...homeless } = JOB;
  expect(variables.findFor(homeless, 'VERSION', 'workspace')).toBeUndefined();
});

test('visibleTo() gives all that a job can mean, the most specific first', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  for (const scope of ['global', 'server', 'event'] as const) {
    variables.write(place(scope), { type: 'plain', value: scope }, { by: PERSON, at: 1 });
  }
  variables.write(
    { scope: 'server', owner: 'web-2', name: 'OTHER' },
    { type: 'plain', value: 1 },
    { by: PERSON, at: 1 },
  );
  variables.write(place('workspace', 'A'), { type: 'secret', reference: 'vault-1' }, { by: PERSON, at: 1 });
  expect(variables.visibleTo(JOB).map(({ name, scope, type, value }) => [name, scope, type, value])).toEqual([
    ['A', 'workspace', 'secret', undefined],
    ['VERSION', 'server', 'plain', 'server'],
    ['VERSION', 'event', 'plain', 'event'],
    ['VERSION', 'global', 'plain', 'global'],
  ]);
  expect(variables.list().map(({ name, owner }) => [name, owner])).toContainEqual(['OTHER', 'web-2']);
});

test('history() tells the last 20 changes with who made them, newest first', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const { variables } = store;
  const by: VariableAuthor = { kind: 'job', run: JOB.run, job: JOB.job, server: 'web-1' };
  for (let value = 1; value <= 25; value++) {
    variables.write(place('global'), { type: 'plain', value }, { by: value % 2 === 0 ? PERSON : by, at: value });
  }
  const history = variables.history(place('global'));
  expect(history.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, index) => 25 - index));
  expect(history[0]).toEqual({
    ...{ version: 25, type: 'plain', value: 25, isUnset: false, changedAt: 25, changedBy: by },
  });
});

test('of a secret variable the database has no value, also none from before it was secret', () => {
  using dir = tempDir();
  const { path } = dir;
  {
    using store = openStore(path);
    const { variables } = store;
    variables.write(place('global'), { type: 'plain', value: 'hunter2-hunter2' }, { by: PERSON, at: 1 });
    variables.write(place('global'), { type: 'secret', reference: 'vault-1' }, { by: PERSON, at: 2 });
    expect(variables.find(place('global'))).not.toHaveProperty('value');
    expect(variables.reference(place('global'))).toBe('vault-1');
    expect(variables.history(place('global')).map(({ type, value }) => [type, value])).toEqual([
      ...[
        ['secret', undefined],
        ['secret', undefined],
      ],
    ]);
    expect(variables.freed()).toEqual([]);
    variables.write(place('global'), { type: 'secret', reference: 'vault-2' }, { by: PERSON, at: 3 });
    expect(variables.freed()).toEqual(['vault-1']);
    variables.emptied('vault-1');
    variables.write(place('global'), { type: 'unset' }, { by: PERSON, at: 4 });
    expect(variables.freed()).toEqual(['vault-2']);
  }
  expect(readFileSync(`${path}/cronium.db`).includes('hunter2')).toBe(false);
});
