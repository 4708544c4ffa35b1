import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openMirror } from '../../../src/store/mirror.ts';
import { openStore } from '../../../src/store/store.ts';
import { kill, linesOf, startChild } from './child.ts';
import { endlessRecord } from './spool.ts';
import { tempDir } from './temp-dir.ts';

const ROUNDS = 20;

test('Store keeps every write that has returned when its process is killed', { timeout: 60_000 }, async () => {
  using dir = tempDir();
  for (let round = 0; round < ROUNDS; round++) {
    const child = startChild('write-store', [dir.path, `round${round}`]);
    const said: string[] = [];
    // Each round dies at another write.
    for (let line = 0; line <= round; line++) said.push((await child.lines.next()).value);
    said.push(...(await kill(child)));
    using store = openStore(dir.path);
    const settled = store.runs.newest(10_000).filter((run) => run.jobs[0]?.outcome !== undefined);
    expect(store.runs.newest(10_000).length - settled.length).toBe(store.jobs.unfinished().length);
    expect(settled.length).toBeGreaterThanOrEqual(said.length);
    expect(store.jobs.unfinished().length).toBeLessThanOrEqual(round + 1);
  }
  expect(new Database(join(dir.path, 'cronium.db')).pragma('integrity_check', { simple: true })).toBe('ok');
});

test('SpoolMirror keeps every byte that was synced when its process is killed', { timeout: 60_000 }, async () => {
  using dir = tempDir();
  let end = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = startChild('write-mirror', [dir.path]);
    const said: string[] = [];
    for (let line = 0; line <= round % 4; line++) said.push((await child.lines.next()).value);
    said.push(...(await kill(child)));
    using mirror = openMirror(dir.path, { segmentBytes: 100_000 });
    expect(mirror.end).toBeGreaterThanOrEqual(Number(said.at(-1)));
    expect(mirror.end).toBeGreaterThanOrEqual(end);
    end = mirror.end;
    const found = readdirSync(dir.path).map((name) => readFileSync(join(dir.path, name)));
    const right = Array.from({ length: mirror.opened.seq }, (_, seq) => endlessRecord(seq));
    expect(Buffer.concat(found).equals(Buffer.concat(right))).toBe(true);
  }
});

test('Store takes the writes of several processes at once', { timeout: 60_000 }, async () => {
  using dir = tempDir();
  const names = ['a', 'b', 'c'];
  const said = await Promise.all(names.map((name) => linesOf(startChild('write-store', [dir.path, name, '40']))));
  expect(said.map((lines) => lines.length)).toEqual([40, 40, 40]);
  using store = openStore(dir.path);
  expect(store.runs.newest(500)).toHaveLength(120);
  expect(store.jobs.unfinished()).toEqual([]);
});
