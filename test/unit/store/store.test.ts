import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { linesOf, startChild } from './child.ts';
import { idOf, planOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

const NOBODY = 65534;

describe('openStore()', () => {
  test('makes a private folder, and files that are private while the store is open', () => {
    using dir = tempDir();
    const home = join(dir.path, 'share', 'cronium');
    using store = openStore(home);
    store.runs.insert(planOf('one'), 1);
    expect(modes(home)).toEqual({
      'cronium.db': '600',
      'cronium.db-shm': '600',
      'cronium.db-wal': '600',
      logs: '700',
      payloads: '700',
      runs: '700',
    });
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(store.payloadsDir).toBe(join(home, 'payloads'));
    expect(store.logDir(idOf('job'))).toBe(join(home, 'logs', idOf('job')));
  });

  test('leaves the permissions of a folder that was there alone', () => {
    using dir = tempDir();
    chmodSync(dir.path, 0o755);
    using _store = openStore(dir.path);
    expect(statSync(dir.path).mode & 0o777).toBe(0o755);
  });

  test('finds everything again, and may be closed twice', () => {
    using dir = tempDir();
    const store = openStore(dir.path);
    store.runs.insert(planOf('one'), 1);
    store[Symbol.dispose]();
    store[Symbol.dispose]();
    using again = openStore(dir.path);
    expect(again.runs.newest(9)).toHaveLength(1);
  });

  test('lets several processes make the database at once', { timeout: 20_000 }, async () => {
    using dir = tempDir();
    const home = join(dir.path, 'new');
    const children = Array.from({ length: 6 }, () => startChild('open-store', [home]));
    expect(await Promise.all(children.map(linesOf))).toEqual(Array(6).fill(['open 0']));
  });

  test('names a database of a newer version and leaves it alone', () => {
    using dir = tempDir();
    openStore(dir.path)[Symbol.dispose]();
    change(dir.path, 'PRAGMA user_version = 99');
    expectProblem(
      dir.path,
      'store/newer',
      'a newer Cronium wrote it (version 99, this one knows 6); update this Cronium',
    );
    expect(existsSync(join(dir.path, 'cronium.db'))).toBe(true);
  });

  test('moves a file that is no database aside, and keeps it', () => {
    using dir = tempDir();
    const file = join(dir.path, 'cronium.db');
    writeFileSync(file, 'this is no database, '.repeat(500));
    using store = openStore(dir.path);
    const aside = asideOf(dir.path);
    expect(readFileSync(aside, 'utf8')).toContain('this is no database');
    expect(store.notices).toEqual([expect.stringContaining(`it was moved to "${aside}", and no runs rebuilt`)]);
  });

  test('moves a database that is damaged inside aside, and brings its runs back', () => {
    using dir = tempDir();
    const store = openStore(dir.path);
    for (let n = 0; n < 200; n++) store.runs.insert(planOf(`${n}`), n);
    const [ended] = store.jobs.unfinished();
    const outcome = { kind: 'failed', exitCode: 5 } as const;
    store.jobs.settle(ended?.id ?? '', outcome, 7);
    store.runFiles.settled(ended?.runId ?? '', [{ job: ended?.id ?? '', outcome, at: 7 }]);
    const plan = store.runs.keptPlan(idOf('9'));
    const before = store.runs.newest(500);
    store[Symbol.dispose]();
    const bytes = readFileSync(join(dir.path, 'cronium.db'));
    bytes.fill(0x5a, 4096 * 2);
    writeFileSync(join(dir.path, 'cronium.db'), bytes);
    using rebuilt = openStore(dir.path);
    expect(readFileSync(asideOf(dir.path)).equals(bytes)).toBe(true);
    expect(rebuilt.notices).toEqual([expect.stringContaining('and 200 runs rebuilt from the files beside it')]);
    // How far those without an end came nobody knows here: their servers do.
    const unsure = before.map((run) => ({ ...run, jobs: run.jobs.map((job) => ({ ...job, phase: 'starting' })) }));
    expect(rebuilt.runs.newest(500)).toEqual(unsure);
    expect(rebuilt.runs.keptPlan(idOf('9'))).toEqual(plan);
  });

  test('names a database that another program holds', async () => {
    using dir = tempDir();
    openStore(dir.path)[Symbol.dispose]();
    const other = startChild('hold-database', [join(dir.path, 'cronium.db')]);
    expect((await other.lines.next()).value).toBe('held');
    expectProblem(dir.path, 'store/locked', 'another program has held it for too long');
    other.process.stdin?.end();
    await linesOf(other);
  });

  test('names a data folder that is a file', () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'file'), '');
    for (const path of [join(dir.path, 'file'), join(dir.path, 'file', 'below')]) {
      expectProblem(path, 'store/not-a-directory', 'a part of its path is not a folder');
    }
  });

  test.runIf(process.getuid?.() === 0)(
    'names a folder and a database that cannot be written',
    { timeout: 20_000 },
    async () => {
      using dir = tempDir();
      chmodSync(dir.path, 0o755);
      const theirs = join(dir.path, 'theirs');
      mkdirSync(theirs, { mode: 0o755 });
      openStore(theirs)[Symbol.dispose]();
      chmodSync(join(theirs, 'cronium.db'), 0o644);
      for (const path of [theirs, join(dir.path, 'new')]) {
        const [line] = await linesOf(startChild('open-store', [path], { user: NOBODY }));
        expect(line).toContain(
          `store/readonly Cannot use the database "${join(path, 'cronium.db')}": it cannot be written`,
        );
      }
    },
  );
});

test('Store.transaction() writes all or nothing', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const failing = () => {
    store.runs.insert(planOf('one'), 1);
    store.runs.insert(planOf('one'), 1);
  };
  expect(() => store.transaction(failing)).toThrow('UNIQUE');
  expect(store.runs.newest(1)).toEqual([]);
  store.transaction(() => store.runs.insert(planOf('two'), 1));
  expect(store.runs.newest(1)).toHaveLength(1);
});

test('Store.transaction() within another undoes its own part only', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.transaction(() => {
    store.runs.insert(planOf('one'), 1);
    expect(() =>
      store.transaction(() => {
        store.runs.insert(planOf('two'), 1);
        throw new Error('no');
      }),
    ).toThrow('no');
  });
  expect(store.runs.newest(9)).toHaveLength(1);
});

test('Store is opened by Node where the native binding cannot be loaded', () => {
  using dir = tempDir();
  const binding = join(dir.path, 'sqlite.node');
  writeFileSync(binding, 'no library');
  using store = openStore(dir.path, { nativeBinding: binding });
  store.runs.insert(planOf('one'), 1);
  expect(store.runs.newest(9)).toHaveLength(1);
});

test('Store.dataVersion() changes when another process has written, and not by itself', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const before = store.dataVersion();
  store.runs.insert(planOf('mine'), 1);
  expect(store.dataVersion()).toBe(before);
  await linesOf(startChild('write-store', [dir.path, 'theirs', '1']));
  expect(store.dataVersion()).not.toBe(before);
});

test('Store.logDir() takes nothing that could be a path', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  for (const id of ['..', '../../etc', idOf('x').toUpperCase(), ''])
    expect(() => store.logDir(id)).toThrow('Not the id');
});

test('Store writes no value of a secret anywhere', () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const plan = planOf('one');
  store.runs.insert(plan, 1);
  const bytes = readdirSync(dir.path)
    .filter((name) => name.startsWith('cronium.db'))
    .map((name) => readFileSync(join(dir.path, name), 'latin1'))
    .join('');
  expect(bytes).toContain(plan.eventName);
  for (const secret of Object.values(plan.spec.secrets)) expect(bytes).not.toContain(secret);
});

function expectProblem(dir: string, code: string, part: string): void {
  const open = () => openStore(dir, { busyTimeoutMs: 20 })[Symbol.dispose]();
  expect(open).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }));
  expect(open).toThrow(`Cannot use the database "${join(dir, 'cronium.db')}": `);
}

function change(dir: string, sql: string): void {
  const database = new Database(join(dir, 'cronium.db'));
  database.exec(sql);
  database.close();
}

function modes(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir).map((name) => [name, (statSync(join(dir, name)).mode & 0o777).toString(8)]),
  );
}

test.runIf(process.platform === 'linux')(
  'openStore() ends where no folder can be made although the parent is there',
  () => {
    expect(() => openStore('/proc/nope')).toThrow(expect.objectContaining({ code: expect.stringMatching(/^store\//) }));
  },
);

/** The damaged database that was moved aside. */
function asideOf(dir: string): string {
  const [name = ''] = readdirSync(dir).filter((each) => /^cronium\.db\.damaged-\d{8}T\d{6}Z-\d+$/.test(each));
  return join(dir, name);
}
