import { expect, test } from 'vitest';
import type { RunEvent } from '../../../../src/domain/run-event.ts';
import { TerminalText } from '../../../../src/vscode/tasks/terminal-text.ts';
import { FAILED, runOn, SUCCEEDED } from '../log-entries.ts';

function tell(servers: readonly string[], events: readonly RunEvent[]): string {
  const text = new TerminalText(runOn(Object.fromEntries(servers.map((name) => [name, undefined]))));
  return events.map((event) => text.add(event)).join('');
}

test('TerminalText writes the output of one server as it comes, colours and progress included', () => {
  const text = '\x1b[32m10 %\r20 %\x1b[0m\x1b]52;c;c2VjcmV0\x07';
  expect(tell(['web1'], [{ type: 'output', server: 'web1', stream: 'stdout', text }])).toBe(
    '\x1b[32m10 %\r20 %\x1b[0m',
  );
});

test('TerminalText writes the lines of several servers with their names, aligned', () => {
  const told = tell(
    ['web1', 'db'],
    [
      { type: 'output', server: 'web1', stream: 'stdout', text: 'one\nha' },
      { type: 'output', server: 'db', stream: 'stderr', text: '\x1b[31mred\n' },
      { type: 'output', server: 'web1', stream: 'stdout', text: 'lf\n10 %\r20 %' },
      { type: 'settled', server: 'web1', outcome: SUCCEEDED },
    ],
  );
  expect(told).toBe(
    [
      '\x1b[36mweb1\x1b[0m │ one\n',
      '\x1b[33mdb  \x1b[0m │ \x1b[31mred\x1b[0m\n',
      '\x1b[36mweb1\x1b[0m │ half\n',
      '\x1b[36mweb1\x1b[0m │ 20 %\n',
    ].join(''),
  );
});

test('TerminalText begins its own lines at the beginning of one', () => {
  const told = tell(
    ['web1'],
    [
      { type: 'output', server: 'web1', stream: 'stdout', text: 'no end' },
      { type: 'settled', server: 'web1', outcome: FAILED },
      { type: 'finished', run: 'r', status: 'failed' },
    ],
  );
  expect(told).toBe(
    'no end\n\x1b[2m· failed (exit code 3)\x1b[0m\n\x1b[2m· Restart web · run abcdef01 · failed\x1b[0m\n',
  );
});
