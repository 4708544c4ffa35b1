import { expect, test } from 'vitest';
import { JobBook } from '../../../src/app/book.ts';
import type { Vault } from '../../../src/app/host.ts';
import { JobMasks } from '../../../src/app/job-masks.ts';
import { ScriptEffects } from '../../../src/app/script-effects.ts';
import { SharedVariables } from '../../../src/app/shared-variables.ts';
import type { JobScope } from '../../../src/domain/shared-variable.ts';
import type { VariableWrite } from '../../../src/helpers/book.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

interface Fixture extends Disposable {
  readonly store: Store;
  readonly book: JobBook;
  readonly variables: SharedVariables;
  readonly masks: JobMasks;
  /** What the vault holds. */
  readonly kept: Map<string, string>;
  readonly one: JobScope;
  readonly two: JobScope;
}

function fixture({ env = {}, hasVault = true }: { env?: Record<string, string>; hasVault?: boolean } = {}): Fixture {
  const dir = tempDir();
  const store = openStore(dir.path);
  store.runs.insert(planOf('one', ['web-1', 'web-2']), 7);
  const kept = new Map<string, string>();
  const vault: Vault = {
    find: async (reference) => kept.get(reference),
    keep: async (reference, value) => void kept.set(reference, value),
    forget: async (reference) => void kept.delete(reference),
  };
  const changed = (): void => {};
  const variables = new SharedVariables({ store, host: hasVault ? { env, vault } : { env }, changed });
  const effects = new ScriptEffects({ store, changed, now: () => 5 });
  const masks = new JobMasks({ store, host: { env }, variables, log: () => {} });
  const book = new JobBook({ store, effects, variables, masks, changed });
  const scopeOf = (server: string): JobScope => {
    const found = book.find(idOf(`one/${server}`));
    if (!found) throw new Error('The job is not known');
    return found.scope;
  };
  return {
    ...{ store, book, variables, masks, kept, one: scopeOf('web-1'), two: scopeOf('web-2') },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      dir[Symbol.dispose]();
    },
  };
}

const COUNT: VariableWrite = { name: 'COUNT', value: 1 };

test('find() tells of a job until it has ended', () => {
  using made = fixture();
  const job = idOf('one/web-1');
  expect(made.book.find(job)).toEqual({
    scope: { job, run: idOf('one'), server: 'web-1', event: 'scripts/restart.sh', workspace: '/project' },
    event: {
      ...{ id: 'scripts/restart.sh', name: 'Restart web', run: idOf('one'), job, server: 'web-1' },
      ...{ startedAt: '1970-01-01T00:00:00.007Z', trigger: 'person' },
    },
  });
  made.store.jobs.settle(job, { kind: 'cancelled' }, 9);
  expect(made.book.find(job)).toBeUndefined();
});

test('set() writes where the name is found, else where the job writes by default', async () => {
  using made = fixture();
  expect(await made.book.set(made.one, COUNT, 'a')).toEqual({ code: 'ok', scope: 'workspace', version: 1 });
  await made.book.set(made.one, { ...COUNT, scope: 'server', value: 5 }, 'b');
  expect(await made.book.set(made.one, { ...COUNT, value: 6 }, 'c')).toEqual({
    ...{ code: 'ok', scope: 'server', version: 2 },
  });
  expect(await made.book.get(made.one, 'COUNT')).toEqual({ scope: 'server', type: 'plain', version: 2, value: 6 });
  expect(await made.book.get(made.two, 'COUNT')).toEqual({ scope: 'workspace', type: 'plain', version: 1, value: 1 });
});

test('set() does a call once: one that comes again gets the answer of the first time', async () => {
  using made = fixture();
  const first = await made.book.set(made.one, { ...COUNT, ifUnchanged: 0 }, 'call');
  const [again, other] = await Promise.all([
    made.book.set(made.one, { ...COUNT, ifUnchanged: 0 }, 'call'),
    made.book.set(made.two, { ...COUNT, ifUnchanged: 0 }, 'call'),
  ]);
  expect([first, again]).toEqual(Array(2).fill({ code: 'ok', scope: 'workspace', version: 1 }));
  // Another job's call of the same name is another call.
  expect(other).toEqual({ code: 'changed', scope: 'workspace', version: 1 });
});

test('set() with ifUnchanged writes nothing unless the version is the one that was named', async () => {
  using made = fixture();
  const late = { ...COUNT, ifUnchanged: 1, value: 9 };
  expect(await made.book.set(made.one, late, 'late')).toMatchObject({ code: 'changed', version: 0 });
  await made.book.set(made.two, COUNT, 'first');
  expect(await made.book.set(made.one, late, 'other')).toMatchObject({ code: 'ok', version: 2 });
});

test('set() with ifUnchanged sees a more specific variable that came in between', async () => {
  using made = fixture();
  await made.book.set(made.one, COUNT, 'a');
  await made.variables.setByHand({ scope: 'server', owner: 'web-1', name: 'COUNT' }, 50, {});
  const write = { ...COUNT, value: 2, ifUnchanged: 1, ifScope: 'workspace' } as const;
  expect(await made.book.set(made.one, write, 'b')).toEqual({ code: 'changed', scope: 'server', version: 1 });
  expect(await made.book.set(made.two, write, 'c')).toEqual({ code: 'ok', scope: 'workspace', version: 2 });
});

test('a secret variable is in the vault only, and stays secret when it is set again', async () => {
  using made = fixture();
  const write = { name: 'TOKEN', value: 'correct-horse', secret: true } as const;
  expect(await made.book.set(made.one, write, 'a')).toEqual({
    ...{ code: 'ok', scope: 'workspace', version: 1 },
    type: 'secret',
  });
  expect(await made.book.get(made.one, 'TOKEN')).toMatchObject({ type: 'secret', value: 'correct-horse' });
  expect(await made.book.set(made.one, { name: 'TOKEN', value: 'another' }, 'b')).toMatchObject({ code: 'ok' });
  expect([...made.kept.values()]).toEqual(['"another"']);
  expect(made.book.list(made.one)).toEqual([{ name: 'TOKEN', scope: 'workspace', type: 'secret', version: 2 }]);
  const stale = { ...write, value: 'third', ifUnchanged: 1 };
  expect(await made.book.set(made.one, stale, 'c')).toMatchObject({ code: 'changed', version: 2 });
  expect([...made.kept.values()]).toEqual(['"another"']);
  await made.variables.unset({ scope: 'workspace', owner: '/project', name: 'TOKEN' }, { kind: 'person' });
  expect([...made.kept.values()]).toEqual([]);
});

test('where there is no vault, a secret variable is read from the environment, and none is set', async () => {
  using made = fixture({ hasVault: false, env: { CRONIUM_VAR_DB_TOKEN: 'given' } });
  const place = { scope: 'workspace', owner: '/project', name: 'DB.TOKEN' } as const;
  made.store.variables.write(place, { type: 'secret', reference: 'r' }, { by: { kind: 'person' }, at: 1 });
  expect(await made.book.get(made.one, 'DB.TOKEN')).toMatchObject({ type: 'secret', value: 'given' });
  expect(await made.book.set(made.one, { name: 'DB.TOKEN', value: 'x' }, 'a')).toEqual({
    ...{ code: 'refused', message: expect.stringContaining('set it in the editor') },
  });
  const other = { ...place, name: 'OTHER' };
  made.store.variables.write(other, { type: 'secret', reference: 'r' }, { by: { kind: 'person' }, at: 1 });
  await expect(made.book.get(made.one, 'OTHER')).rejects.toMatchObject({ code: 'variable/secret' });
});

test('putOut() takes as much as a job may put out on its server', () => {
  using made = fixture();
  const { job } = made.one;
  expect(made.book.putOut(job, { a: 1, b: [2] })).toBeUndefined();
  const many = Object.fromEntries(Array.from({ length: 256 }, (_, index) => [`k${index}`, index]));
  expect(made.book.putOut(job, many)).toContain('258 outputs; at most 256');
  expect(made.book.putOut(job, { a: 'x'.repeat(17_000_000) })).toContain('more than 16777216 bytes');
  expect(made.book.outputs(job)).toEqual({ a: 1, b: [2] });
});

test('fifty jobs that count together through two processes lose nothing', async () => {
  using made = fixture();
  using other = openStore(made.store.dir);
  const changed = (): void => {};
  const variables = new SharedVariables({ store: other, host: { env: {} }, changed });
  const effects = new ScriptEffects({ store: other, changed, now: () => 5 });
  const { masks } = made;
  const books = [made.book, new JobBook({ store: other, effects, variables, masks, changed })];
  const count = async (index: number): Promise<void> => {
    const job = { ...made.one, job: idOf(`job ${index}`), server: `web-${index}` };
    const book = books[index % 2] as JobBook;
    for (let call = 0; ; call++) {
      const found = await book.get(job, 'COUNT');
      const value = Number(found?.value ?? 0) + 1;
      const write = { name: 'COUNT', value, ifUnchanged: found?.version ?? 0 };
      if ((await book.set(job, write, `call ${call}`)).code === 'ok') return;
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => count(index)));
  expect(await made.book.get(made.one, 'COUNT')).toMatchObject({ value: 50, version: 50 });
});

test('what comes past the runner is masked here: outputs and variables that are set over HTTP', async () => {
  using made = fixture();
  const { job } = made.one;
  made.masks.now(job).add(['hunter2-hunter2']);
  expect(made.book.putOut(job, { a: { b: 'a hunter2-hunter2' } })).toBeUndefined();
  await made.book.set(made.one, { name: 'V', value: ['hunter2-hunter2'] }, 'http 1');
  expect(made.book.outputs(job)).toEqual({ a: { b: 'a ***' } });
  expect(await made.book.get(made.one, 'V')).toMatchObject({ value: ['***'] });
});

test('a secret variable that a job has read or written is masked in what is told of that job, and not taken apart itself', async () => {
  using made = fixture();
  const masked = (scope: JobScope): string => made.masks.now(scope.job).text('horse-battery, staple-gun');
  await made.book.set(made.one, { name: 'KEY', value: 'horse-battery', secret: true }, 'call 1');
  expect([masked(made.one), masked(made.two)]).toEqual(['***, staple-gun', 'horse-battery, staple-gun']);
  await made.book.set(made.two, { name: 'KEY', value: 'horse-battery and staple-gun' }, 'call 2');
  expect(await made.book.get(made.one, 'KEY')).toMatchObject({ type: 'secret', value: 'horse-battery and staple-gun' });
  expect(made.masks.now(made.one.job).text('horse-battery and staple-gun')).toBe('***');
});

test('a secret variable that is removed or made plain leaves nothing in the vault, also where its process has none', async () => {
  using made = fixture();
  const { store, variables, kept } = made;
  const by = { kind: 'person' } as const;
  const place = { scope: 'workspace', owner: '/project' } as const;
  for (const name of ['A', 'B', 'C'])
    await variables.set({ ...place, name }, `hunter2-${name}`, { type: 'secret', by });
  expect(kept.size).toBe(3);
  await variables.set({ ...place, name: 'A' }, 'plain', { type: 'plain', by });
  expect([...kept.values()]).toEqual(['"hunter2-B"', '"hunter2-C"']);
  // As `cronium var unset` does it.
  const elsewhere = new SharedVariables({ store, host: { env: {} }, changed: () => {} });
  await elsewhere.unset({ ...place, name: 'B' }, by);
  await elsewhere.set({ ...place, name: 'C' }, 'plain', { type: 'plain', by });
  expect(kept.size).toBe(2);
  await variables.tidy();
  expect([kept.size, store.variables.freed()]).toEqual([0, []]);
});

test('a vault that cannot be used now keeps nobody from removing a variable, and is emptied later', async () => {
  using made = fixture();
  const { store } = made;
  const by = { kind: 'person' } as const;
  const place = { scope: 'workspace', owner: '/project', name: 'A' } as const;
  await made.variables.set(place, 'hunter2', { type: 'secret', by });
  const locked: Vault = {
    find: async () => undefined,
    keep: async () => {},
    forget: () => Promise.reject(new Error('The keychain is locked')),
  };
  const variables = new SharedVariables({ store, host: { env: {}, vault: locked }, changed: () => {} });
  expect(await variables.unset(place, by)).toBe(true);
  expect(store.variables.freed()).toHaveLength(1);
  await made.variables.tidy();
  expect([made.kept.size, store.variables.freed()]).toEqual([0, []]);
});
