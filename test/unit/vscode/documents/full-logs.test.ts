import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CroniumError, Stopped } from '../../../../src/domain/errors.ts';
import { FullLogs } from '../../../../src/vscode/documents/full-logs.ts';
import { tempDir } from '../../store/temp-dir.ts';
import { FAILED, FakeEngine, runOn, SUCCEEDED } from '../log-entries.ts';

const signal = new AbortController().signal;

function setUp() {
  const engine = new FakeEngine(runOn({ 'web 1/a': SUCCEEDED, db: FAILED }));
  engine.logs['web 1/a'] = ['\x1b[32mfi', 'ne\x1b[0m\n', '#Connected again', '!warn', 'rest'];
  engine.logs.db = ['no\n'];
  const temp = tempDir();
  const dir = join(temp.path, 'full-logs');
  return { engine, dir, logs: new FullLogs(dir), [Symbol.dispose]: () => temp[Symbol.dispose]() };
}

test('FullLogs writes all that a server printed, as plain text', async () => {
  using stage = setUp();
  const { engine, logs, dir } = stage;
  const file = await logs.write(engine.run, engine.run.jobs.slice(0, 1), { cronium: engine, signal });
  expect(file).toBe(join(dir, engine.run.id, 'web-1-a-00000000.log'));
  expect(readFileSync(file, 'utf8')).toBe('fine\n· Connected again\nrest\nwarn\n');
});

test('FullLogs writes the logs of all servers one after the other', async () => {
  using stage = setUp();
  const { engine, logs } = stage;
  const file = await logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  expect(readFileSync(file, 'utf8')).toBe(
    '── web 1/a · succeeded ──\nfine\n· Connected again\nrest\nwarn\n\n── db · failed (exit code 3) ──\nno\n\n',
  );
});

test('FullLogs writes the log of a job that is over once, and of one that goes on anew', async () => {
  using stage = setUp();
  const { engine, logs } = stage;
  await logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  const { reads } = engine;
  await logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  expect(engine.reads).toBe(reads);
  engine.run = runOn({ db: undefined });
  const write = () => logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  await write();
  engine.logs.db?.push('more\n');
  expect(readFileSync(await write(), 'utf8')).toBe('no\nmore\n');
});

test('FullLogs leaves nothing behind when it is stopped', async () => {
  using stage = setUp();
  const { engine, logs, dir } = stage;
  const stop = new AbortController();
  engine.log = async function* () {
    stop.abort(new Stopped('user'));
    yield* [];
  };
  const writing = logs.write(engine.run, engine.run.jobs, { cronium: engine, signal: stop.signal });
  await expect(writing).rejects.toThrow(Stopped);
  expect(readdirSync(join(dir, engine.run.id))).toEqual([]);
});

test('FullLogs removes the files of runs that are gone, and old ones', async () => {
  using stage = setUp();
  const { engine, logs, dir } = stage;
  await logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  await logs.sweep({ cronium: engine, now: Date.now() });
  expect(existsSync(join(dir, engine.run.id))).toBe(true);
  await logs.sweep({ cronium: engine, now: Date.now() + 2 * 86_400_000 });
  expect(existsSync(join(dir, engine.run.id))).toBe(false);
  await logs.write(engine.run, engine.run.jobs, { cronium: engine, signal });
  engine.findRun = () => {
    throw new CroniumError('run/unknown', 'gone');
  };
  await logs.sweep({ cronium: engine, now: Date.now() });
  expect(existsSync(join(dir, engine.run.id))).toBe(false);
});
