import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error plain JavaScript
import { readGuards } from '../../scripts/fault-guards.mjs';
// @ts-expect-error plain JavaScript
import { guardList } from '../../scripts/fault-list.mjs';
import type { Guard } from '../faults/guards/guard.ts';
import { FAULTS } from '../faults/ids.ts';

const root = resolve(import.meta.dirname, '../..');
const guards: readonly Guard[] = await readGuards();

test('each guard of the faults is found once in its file, and changes it', () => {
  const wrong = guards.filter(({ file, find, replace, ids }) => {
    const times = readFileSync(resolve(root, file), 'utf8').split(find).length - 1;
    return times !== 1 || find === replace || ids.length === 0 || ids.some((id) => !(id in FAULTS));
  });
  expect(wrong).toEqual([]);
});

test('the list of guards in the README of the bench is in step with them: npm run test:faults -- --list', () => {
  const { expected, found } = guardList(guards) as { expected: string; found: string };
  expect(found).toBe(expected);
});
