import { expect, test } from 'vitest';
import type { LogEntry } from '../../../../src/app/cronium.ts';
import type { RunEvent } from '../../../../src/domain/run-event.ts';
import { ByServer } from '../../../../src/vscode/output/by-server.ts';
import { FAILED, logEntries, SUCCEEDED } from '../log-entries.ts';

/** More than waits for a server's turn. */
const MUCH = `${'x'.repeat(1024 * 1024)}\n`;

function setUp(servers: readonly string[]) {
  const shown: string[] = [];
  const logs: Record<string, string[]> = {};
  const reads: string[] = [];
  const closing = new AbortController();
  const byServer = new ByServer(
    servers,
    {
      write: (event) => void shown.push(...describe(event)),
      say: (server, message) => void shown.push(`${server}: ${message}`),
      separate: () => void shown.push(''),
      room: async () => {},
      closed: closing.signal,
    },
    {
      readLog: async function* (server, from): AsyncGenerator<LogEntry> {
        reads.push(server);
        yield* logEntries(logs[server] ?? []).slice(from?.offset ?? 0);
      },
      isPatient: false,
    },
  );
  /** As the engine does: to the log first, then told. */
  const print = (server: string, text: string): void => {
    logs[server] = [...(logs[server] ?? []), text];
    byServer.show({ type: 'output', server, stream: 'stdout', text });
  };
  return { byServer, shown, reads, print, closing };
}

function describe(event: RunEvent): string[] {
  if (event.type === 'output') return [`${event.server} ${event.text.length > 100 ? 'much' : event.text.trim()}`];
  if (event.type === 'settled') return [`${event.server} ${event.outcome.kind}`];
  return event.type === 'finished' ? ['finished'] : [];
}

/** Until what was begun by events has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

test('ByServer shows the first server that says something live, and the others when it has ended', () => {
  const { byServer, shown, print } = setUp(['a', 'b', 'c']);
  print('b', 'one\n');
  print('a', 'other\n');
  print('b', 'two\n');
  print('c', 'third\n');
  byServer.show({ type: 'settled', server: 'b', outcome: SUCCEEDED });
  expect(shown).toEqual(['b one', 'b two', 'b succeeded', '', 'a other']);
  print('a', 'live now\n');
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  expect(shown.slice(5)).toEqual(['a live now', 'a succeeded', '', 'c third']);
});

test('ByServer shows those that have ended in the order in which they did, before those that go on', () => {
  const { byServer, shown, print } = setUp(['a', 'b', 'c', 'd']);
  print('a', '1\n');
  print('b', '2\n');
  print('c', '3\n');
  print('d', '4\n');
  byServer.show({ type: 'settled', server: 'd', outcome: SUCCEEDED });
  byServer.show({ type: 'settled', server: 'c', outcome: SUCCEEDED });
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  expect(shown.filter((line) => line !== '')).toEqual([
    'a 1',
    'a succeeded',
    'd 4',
    'd succeeded',
    'c 3',
    'c succeeded',
    'b 2',
  ]);
});

test('ByServer tells a failure at once, and its lines when their turn comes', () => {
  const { byServer, shown, print } = setUp(['a', 'b']);
  print('a', '1\n');
  print('b', 'no such file\n');
  byServer.show({ type: 'settled', server: 'b', outcome: FAILED });
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  byServer.show({ type: 'finished', run: 'r', status: 'partial' });
  expect(shown).toEqual([
    'a 1',
    'b: failed (exit code 3); its lines follow',
    'a succeeded',
    '',
    'b no such file',
    'b failed',
    'finished',
  ]);
});

test('ByServer reads from the log what was too much to wait, and sums up after it', async () => {
  const { byServer, shown, reads, print } = setUp(['a', 'b']);
  print('a', '1\n');
  print('b', 'first\n');
  print('b', MUCH);
  print('b', 'last\n');
  byServer.show({ type: 'settled', server: 'b', outcome: SUCCEEDED });
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  byServer.show({ type: 'finished', run: 'r', status: 'success' });
  expect(shown).not.toContain('finished');
  await settle();
  expect(reads).toEqual(['b']);
  expect(shown).toEqual(['a 1', 'a succeeded', '', 'b first', 'b much', 'b last', 'b succeeded', 'finished']);
});

test('ByServer shows every line once when they come while the log is read', async () => {
  const { byServer, shown, print } = setUp(['a', 'b']);
  print('a', '1\n');
  print('b', MUCH);
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  print('b', 'meanwhile\n');
  print('b', MUCH);
  print('b', 'again\n');
  await settle();
  print('b', 'live\n');
  byServer.show({ type: 'settled', server: 'b', outcome: SUCCEEDED });
  expect(shown.filter((line) => line.startsWith('b'))).toEqual([
    'b much',
    'b meanwhile',
    'b much',
    'b again',
    'b live',
    'b succeeded',
  ]);
});

test('ByServer shows what is there of servers that were left running', () => {
  const { byServer, shown, print } = setUp(['a', 'b']);
  print('a', '1\n');
  print('b', '2\n');
  byServer.show({ type: 'finished', run: 'r', status: 'running' });
  expect(shown).toEqual(['a 1', '', 'b 2', 'finished']);
});

test('ByServer reads no further when nothing is shown any more', async () => {
  const { byServer, shown, print, closing } = setUp(['a', 'b']);
  print('a', '1\n');
  print('b', MUCH);
  print('b', MUCH);
  closing.abort();
  byServer.show({ type: 'settled', server: 'a', outcome: SUCCEEDED });
  await settle();
  expect(shown.filter((line) => line.startsWith('b'))).toEqual([]);
});
