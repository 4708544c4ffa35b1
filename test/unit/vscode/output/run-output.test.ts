import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord } from '../../../../src/domain/run.ts';
import { RunOutput } from '../../../../src/vscode/output/run-output.ts';
import { runOn, SUCCEEDED } from '../log-entries.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(mode: 'interleaved' | 'byServer' = 'interleaved') {
  const panes: { readonly name: string; text: string; isVisible: boolean; isGone: boolean }[] = [];
  const output = new RunOutput({
    createPane: (name) => {
      const pane = { name, text: '', isVisible: false, isGone: false };
      panes.push(pane);
      return {
        append: (text) => {
          pane.text += text;
        },
        clear: () => {
          pane.text = '';
        },
        show: () => {
          pane.isVisible = true;
        },
        get isVisible() {
          return pane.isVisible;
        },
        dispose: () => {
          pane.isGone = true;
        },
      };
    },
    mode: () => mode,
    readLog: async function* () {},
    moment: () => '14:03',
  });
  return { output, panes };
}

function runOf(event: string, id = event): RunRecord {
  return { ...runOn({ web1: undefined, db: undefined }), eventId: `${event}.sh`, eventName: event, id };
}

test('RunOutput has a channel for each event, named after it, and takes it again for its next run', () => {
  const { output, panes } = setUp();
  output.open(runOf('one', 'r1'));
  output.open(runOf('two', 'r2'));
  output.open(runOf('one', 'r3'));
  expect(panes.map(({ name }) => name)).toEqual(['Cronium: one', 'Cronium: two']);
});

test('RunOutput has at most eight channels, and keeps those whose runs go on', () => {
  const { output, panes } = setUp();
  const views = Array.from({ length: 8 }, (_, at) => output.open(runOf(`e${at}`)));
  views[3]?.show({ type: 'finished', run: 'e3', status: 'success' });
  output.open(runOf('one more'));
  expect(panes.filter(({ isGone }) => isGone).map(({ name }) => name)).toEqual(['Cronium: e3']);
});

test('RunOutput gives an event whose name has changed a channel of the new name, when its runs have ended', () => {
  const { output, panes } = setUp();
  const run = runOf('old', 'r1');
  const view = output.open(run);
  output.open({ ...run, id: 'r2', eventName: 'new' });
  expect(panes.map(({ name }) => name)).toEqual(['Cronium: old']);
  view.show({ type: 'finished', run: 'r1', status: 'success' });
  output.open({ ...run, id: 'r2', eventName: 'new' }).show({ type: 'finished', run: 'r2', status: 'success' });
  output.open({ ...run, id: 'r3', eventName: 'new' });
  expect(panes.map(({ name, isGone }) => [name, isGone])).toEqual([
    ['Cronium: old', true],
    ['Cronium: new', false],
  ]);
});

test('RunOutput shows a run in one place: who showed it before does so no more', async () => {
  const { output, panes } = setUp();
  const run = runOf('one');
  const first = output.open(run);
  expect(output.isOpen(run)).toBe(true);
  const second = output.reopen(run, { server: 'db' });
  expect(first.closed.aborted).toBe(true);
  expect(output.isOpen(run)).toBe(false);
  first.show({ type: 'output', server: 'db', stream: 'stdout', text: 'first\n' });
  second.show({ type: 'output', server: 'db', stream: 'stdout', text: 'second\n' });
  await vi.advanceTimersByTimeAsync(100);
  expect(panes[0]?.text).toContain('db │ second');
  expect(panes[0]?.text).not.toContain('first');
});

test('RunOutput says whose lines follow where those of two runs of an event meet', async () => {
  const { output, panes } = setUp();
  const [one, other] = ['r1', 'r2'].map((id) => output.open(runOf('one', id)));
  one?.show({ type: 'output', server: 'db', stream: 'stdout', text: 'a\n' });
  other?.show({ type: 'output', server: 'db', stream: 'stdout', text: 'b\n' });
  await vi.advanceTimersByTimeAsync(100);
  const heads = panes[0]?.text.split('\n').map((line) => /run (r\d)|│ (.)/.exec(line)?.slice(1).join(''));
  expect(heads).toEqual(['r1', 'r2', 'r1', 'a', 'r2', 'b', undefined]);
});

test('RunOutput shows the lines of a server together when the setting says so', async () => {
  const { output, panes } = setUp('byServer');
  const view = output.open(runOf('one'));
  view.show({ type: 'output', server: 'db', stream: 'stdout', text: '1\n' });
  view.show({ type: 'output', server: 'web1', stream: 'stdout', text: '2\n' });
  view.show({ type: 'output', server: 'db', stream: 'stdout', text: '3\n' });
  view.show({ type: 'settled', server: 'db', outcome: SUCCEEDED });
  await vi.advanceTimersByTimeAsync(100);
  expect(panes[0]?.text.split('\n').slice(1)).toEqual(['db   │ 1', 'db   │ 3', '', 'web1 │ 2', '']);
});

test('RunOutput tells whether a run can be seen', () => {
  const { output } = setUp();
  const run = runOf('one');
  expect(output.isVisible(run)).toBe(false);
  output.open(run).reveal();
  expect(output.isVisible(run)).toBe(true);
  expect(output.isVisible(runOf('two'))).toBe(false);
});

test('RunOutput shows a line without an end after a moment', () => {
  const { output, panes } = setUp();
  const view = output.open(runOf('ask', 'r1'));
  view.show({ type: 'output', server: 'web1', stream: 'stdout', text: 'Continue? ' });
  vi.advanceTimersByTime(200);
  expect(panes[0]?.text).not.toContain('Continue?');
  vi.advanceTimersByTime(200);
  expect(panes[0]?.text).toContain('web1 │ Continue? ');
});
