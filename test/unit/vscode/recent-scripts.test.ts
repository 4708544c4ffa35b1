import { expect, test } from 'vitest';
import type { ScriptFile } from '../../../src/domain/event.ts';
import { MEMORY_KEYS } from '../../../src/vscode/contributions.ts';
import { forgetScript, recentScripts, rememberScript } from '../../../src/vscode/recent-scripts.ts';
import { memoryOf } from './memory.ts';

const script = (path: string, root = '/project'): ScriptFile => ({ root, path });

test('recentScripts() is empty before anything ran', () => {
  expect(recentScripts(memoryOf())).toEqual([]);
});

test('rememberScript() puts the latest first and a known one to the front, not twice', async () => {
  const memory = memoryOf();
  for (const path of ['a.sh', 'b.sh', 'a.sh']) await rememberScript(memory, script(path));
  expect(recentScripts(memory)).toEqual([script('a.sh'), script('b.sh')]);
});

test('rememberScript() keeps ten', async () => {
  const memory = memoryOf();
  for (let number = 1; number <= 12; number++) await rememberScript(memory, script(`${number}.sh`));
  expect(recentScripts(memory).map(({ path }) => path)).toEqual(
    [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((number) => `${number}.sh`),
  );
});

test('forgetScript() takes one script, and only in its own folder', async () => {
  const memory = memoryOf();
  for (const root of ['/one', '/two']) await rememberScript(memory, script('a.sh', root));
  await forgetScript(memory, script('a.sh', '/one'));
  expect(recentScripts(memory)).toEqual([script('a.sh', '/two')]);
});

test('recentScripts() passes over what another version left', () => {
  const left = [{ path: 'a.sh' }, null, 'b.sh', { ...script('c.sh'), more: 1 }];
  expect(recentScripts(memoryOf({ [MEMORY_KEYS.recentScripts]: left })).map(({ path }) => path)).toEqual(['c.sh']);
  expect(recentScripts(memoryOf({ [MEMORY_KEYS.recentScripts]: 'c.sh' }))).toEqual([]);
});
