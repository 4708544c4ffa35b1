import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildRunners, sizeProblems } from '../../scripts/build-runner.mjs';

const folder = mkdtempSync(join(tmpdir(), 'cronium-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the same sources give the same runners in every checkout, within the limits of size', async () => {
  const root = resolve(import.meta.dirname, '../..');
  const tables: unknown[] = [];
  for (const name of ['here', join('somewhere', 'else')]) {
    const checkout = join(folder, name);
    for (const part of ['runner', 'package.json']) cpSync(join(root, part), join(checkout, part), { recursive: true });
    const table = await buildRunners({ root: checkout });
    expect(sizeProblems(table)).toEqual([]);
    tables.push(table);
  }
  expect(tables[1]).toEqual(tables[0]);
}, 300_000);
