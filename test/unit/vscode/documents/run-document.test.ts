import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CroniumError } from '../../../../src/domain/errors.ts';
import { RunDocument } from '../../../../src/vscode/documents/run-document.ts';
import { FakeEngine, runOn, SUCCEEDED } from '../log-entries.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(engine = new FakeEngine(runOn({ web1: undefined }))) {
  const changes: string[] = [];
  const document = new RunDocument('run', {
    cronium: async () => engine,
    moment: () => 'now',
    changed: () => void changes.push(document.page.text),
  });
  return { engine, document, changes };
}

function log({ document }: ReturnType<typeof setUp>): string {
  const { text } = document.page;
  return text.slice(text.indexOf('── '));
}

test('RunDocument shows what comes while it can be seen, at most four times a second', async () => {
  const stage = setUp();
  const { engine, document, changes } = stage;
  await document.refresh();
  document.setAttention('aside');
  for (let at = 0; at < 40; at++) {
    engine.logs.web1 = [...(engine.logs.web1 ?? []), `line ${at}\n`];
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(changes.length).toBeLessThanOrEqual(10);
  expect(changes.length).toBeGreaterThanOrEqual(5);
  expect(log(stage)).toContain('line 30');
});

test('RunDocument shows what is put out while the run goes on', async () => {
  const { engine, document, changes } = setUp();
  await document.refresh();
  document.setAttention('aside');
  engine.told = { web1: { rows: 42 } };
  await vi.advanceTimersByTimeAsync(2_000);
  expect(changes.at(-1)).toContain('Outputs\nweb1  rows  42\n');
});

test('RunDocument reads every entry once', async () => {
  const { engine, document } = setUp();
  engine.logs.web1 = ['one\n'];
  await document.refresh();
  document.setAttention('aside');
  await vi.advanceTimersByTimeAsync(3_000);
  engine.logs.web1.push('two\n');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(engine.entries).toBe(2);
});

test('RunDocument does nothing while it cannot be seen', async () => {
  const stage = setUp();
  const { engine, document } = stage;
  await document.refresh();
  document.setAttention('aside');
  await vi.advanceTimersByTimeAsync(500);
  document.setAttention('none');
  await vi.advanceTimersByTimeAsync(500);
  const { reads } = engine;
  engine.logs.web1 = ['hidden\n'];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(engine.reads).toBe(reads);
  document.setAttention('aside');
  await vi.advanceTimersByTimeAsync(0);
  expect(log(stage)).toContain('hidden');
});

test('RunDocument shows the end of a run and then rests', async () => {
  const stage = setUp();
  const { engine, document, changes } = stage;
  await document.refresh();
  document.setAttention('aside');
  await vi.advanceTimersByTimeAsync(0);
  engine.logs.web1 = ['last words\n'];
  engine.run = runOn({ web1: SUCCEEDED });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(log(stage)).toBe('── ✓ web1 · succeeded · 2.5 s ──\nlast words\n');
  const [{ reads }, count] = [engine, changes.length];
  await vi.advanceTimersByTimeAsync(60_000);
  expect([engine.reads, changes.length]).toEqual([reads, count]);
});

test('RunDocument shows more of a long log when its run is over and the person reads it', async () => {
  const stage = setUp();
  const { engine, document } = stage;
  engine.logs.web1 = Array.from({ length: 48 }, (_, at) => `${`${at}`.padStart(65_535, '.')}\n`);
  await document.refresh();
  document.setAttention('aside');
  await vi.advanceTimersByTimeAsync(0);
  expect(document.page.text.length).toBeLessThan(300 * 1024);
  expect(log(stage)).toContain('bytes are above');
  engine.run = runOn({ web1: SUCCEEDED });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(log(stage)).toMatch(/^── ✓ web1/);
  expect(document.page.text.length).toBeLessThan(300 * 1024);
  document.setAttention('focus');
  await vi.advanceTimersByTimeAsync(0);
  expect(document.page.text.length).toBeGreaterThan(3 * 1024 * 1024);
  expect(log(stage)).not.toContain('bytes are above');
});

test('RunDocument bounds a server’s log and all of them together', async () => {
  const servers = ['a', 'b', 'c', 'd'];
  const engine = new FakeEngine(runOn(Object.fromEntries(servers.map((name) => [name, SUCCEEDED]))));
  const piece = `${'x'.repeat(65_535)}\n`;
  for (const name of servers) engine.logs[name] = Array(100).fill(piece);
  const { document } = setUp(engine);
  await document.refresh();
  const sizes = document.page.sections.map(({ pieces }) =>
    pieces.reduce((sum, { lines }) => sum + lines.text.length, 0),
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * 1024);
  expect(document.page.text.length).toBeLessThan(10.1 * 1024 * 1024);
  expect(Math.min(...sizes)).toBeGreaterThan(2 * 1024 * 1024);
});

test('RunDocument says that a run is not there any more', async () => {
  const { engine, document } = setUp();
  engine.findRun = () => {
    throw new CroniumError('run/unknown', 'Cannot find run "abc": no run’s id begins with it');
  };
  await document.refresh();
  expect(document.page.text).toBe('Cannot find run "abc": no run’s id begins with it\n');
});
