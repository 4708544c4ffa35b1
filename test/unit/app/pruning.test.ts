import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgetRun, prune } from '../../../src/app/pruning.ts';
import type { RunRecord } from '../../../src/domain/run.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const DAY_MS = 86_400_000;
const FOREVER = { maxRuns: 1_000, maxAgeMs: 1_000 * DAY_MS };

/** Inserts a run with a log, and its archive, which was last touched two days ago. */
function insert(store: Store, name: string, options: { at: number; payload: string; isOver?: boolean }): void {
  const plan = planOf(name);
  const payload = { ...plan.payload, sha256: options.payload.repeat(64) };
  store.runs.insert({ ...plan, payload }, options.at);
  for (const { id } of plan.jobs) {
    mkdirSync(store.logDir(id));
    writeFileSync(join(store.logDir(id), '0'.repeat(16)), 'log');
    if (options.isOver !== false) store.jobs.settle(id, { kind: 'succeeded', exitCode: 0 }, options.at);
  }
  writeArchive(store, `${payload.sha256}.tar.gz`, 2);
}

function writeArchive(store: Store, name: string, daysOld: number): void {
  const file = join(store.payloadsDir, name);
  writeFileSync(file, '');
  const at = new Date(Date.now() - daysOld * DAY_MS);
  utimesSync(file, at, at);
}

function runs(store: Store): string[] {
  return store.runs.newest(99).map(({ id }) => id);
}

function archives(store: Store): string[] {
  return readdirSync(store.payloadsDir).map((name) => name.slice(0, 3));
}

function hasLog(store: Store, name: string): boolean {
  return existsSync(store.logDir(idOf(`${name}/web-1`)));
}

test('prune() removes what is over and beyond the newest, with logs and the archives that nothing names', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const now = Date.now();
  insert(store, 'old', { at: now - 4, payload: 'a' });
  insert(store, 'older', { at: now - 5, payload: 'b' });
  insert(store, 'open', { at: now - 9, payload: 'c', isOver: false });
  insert(store, 'new', { at: now, payload: 'a' });
  expect(await prune(store, { ...FOREVER, maxRuns: 1 })).toBe(2);
  expect(runs(store)).toEqual(['new', 'open'].map(idOf));
  expect(['old', 'older', 'open', 'new'].map((name) => hasLog(store, name))).toEqual([false, false, true, true]);
  expect(archives(store)).toEqual(['aaa', 'ccc']);
  expect(await prune(store, { ...FOREVER, maxRuns: 1 })).toBe(0);
});

test('prune() removes what is too old, in as many goes as it takes', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const now = Date.now();
  for (let n = 0; n < 120; n++) insert(store, `old${n}`, { at: now - 3 * DAY_MS - n, payload: 'a' });
  insert(store, 'new', { at: now - DAY_MS, payload: 'b' });
  expect(await prune(store, { ...FOREVER, maxAgeMs: 2 * DAY_MS })).toBe(120);
  expect([runs(store), archives(store)]).toEqual([[idOf('new')], ['bbb']]);
});

test('prune() leaves archives of plans that are no runs yet, and other files', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  insert(store, 'old', { at: 1, payload: 'a' });
  writeArchive(store, `${'d'.repeat(64)}.tar.gz`, 0);
  writeArchive(store, `.${'1'.repeat(16)}.tmp`, 2);
  writeArchive(store, `.${'2'.repeat(16)}.tmp`, 0);
  writeArchive(store, 'notes.txt', 2);
  await prune(store, { ...FOREVER, maxRuns: 0 });
  expect(archives(store)).toEqual(['.22', 'ddd', 'not']);
});

test('forgetRun() removes one run that is over, and no other', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  insert(store, 'one', { at: 1, payload: 'a' });
  insert(store, 'two', { at: 2, payload: 'b' });
  insert(store, 'open', { at: 3, payload: 'c', isOver: false });
  const find = (name: string): RunRecord => store.runs.find(idOf(name))[0] as RunRecord;
  await forgetRun(store, find('one'));
  expect([runs(store), archives(store)]).toEqual([['open', 'two'].map(idOf), ['bbb', 'ccc']]);
  await expect(forgetRun(store, find('open'))).rejects.toMatchObject({ code: 'run/active' });
  expect(hasLog(store, 'open')).toBe(true);
});
