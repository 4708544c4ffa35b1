import { expect, test } from 'vitest';
import type { RunEvent } from '../../../../src/domain/run-event.ts';
import { RunText } from '../../../../src/vscode/output/run-text.ts';
import { runOn } from '../log-entries.ts';

function tell(events: readonly RunEvent[], servers: readonly string[] = ['web1', 'db']): string {
  let now = 0;
  const run = runOn({ web1: undefined, db: undefined });
  const text = new RunText(run, { when: '14:03', servers, clock: { now: () => now } });
  let all = text.heading;
  for (const event of events) {
    now += 1_000;
    all += text.add(event);
  }
  return all;
}

test('RunText puts the server before every line, aligned, and sums up', () => {
  const told = tell([
    { type: 'phase', server: 'db', phase: 'running' },
    { type: 'output', server: 'db', stream: 'stdout', text: 'one\ntw' },
    { type: 'output', server: 'web1', stream: 'stderr', text: 'other\n' },
    { type: 'output', server: 'db', stream: 'stdout', text: 'o\nrest' },
    { type: 'settled', server: 'db', outcome: { kind: 'succeeded', exitCode: 0 } },
    { type: 'settled', server: 'web1', outcome: { kind: 'failed', exitCode: 3 } },
    { type: 'finished', run: 'abcdef0123', status: 'partial' },
  ]);
  expect(told).toBe(
    [
      '── Restart web · run abcdef01 · 14:03 · web1, db · commit 1234567890 with changes ──',
      'db   │ one',
      'web1 │ other',
      'db   │ two',
      'db   │ rest',
      'web1 │ · failed (exit code 3)',
      '',
      'Restart web · run abcdef01 · succeeded in part · 7.0 s',
      '✗ web1  failed (exit code 3)',
      '✓ db    succeeded  4.0 s',
      '',
      '',
    ].join('\n'),
  );
});

test('RunText shows no escapes, and of a line that was written over only the last version', () => {
  const text = '10 %\r20 %\r\u001b[32mdone\u001b[0m\n\u001b]0;title\u0007plain\n';
  expect(tell([{ type: 'output', server: 'db', stream: 'stdout', text }])).toContain('db   │ done\ndb   │ plain\n');
});

test('RunText leaves servers out that it is not about', () => {
  const told = tell(
    [
      { type: 'output', server: 'web1', stream: 'stdout', text: 'not this\n' },
      { type: 'note', server: 'web1', message: 'nor this' },
      { type: 'output', server: 'db', stream: 'stdout', text: 'this\n' },
    ],
    ['db'],
  );
  expect(told.split('\n').slice(1)).toEqual(['db │ this', '']);
});

test('RunText ends a long line that is half told before the line of another server', () => {
  const told = tell([
    { type: 'output', server: 'web1', stream: 'stdout', text: 'x'.repeat(70_000) },
    { type: 'output', server: 'db', stream: 'stdout', text: 'other\n' },
    { type: 'output', server: 'web1', stream: 'stdout', text: 'y\n' },
  ]);
  expect(told.split('\n').slice(1)).toEqual([`web1 │ ${'x'.repeat(70_000)}`, 'db   │ other', 'web1 │ y', '']);
});

test('RunText names few of many servers in its heading', () => {
  const run = runOn(Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`web${at}`, undefined])));
  expect(new RunText(run, { when: '14:03' }).heading).toContain('web0, web1, web2, web3, web4, web5 and 3 more');
});

test('RunText shows a line without an end when it is asked to, and goes on behind it', () => {
  const text = new RunText(runOn({ web1: undefined, db: undefined }), { when: '14:03' });
  const output = (server: string, piece: string): string =>
    text.add({ type: 'output', server, stream: 'stdout', text: piece });
  expect(output('web1', 'Continue? [y/N] ')).toBe('');
  expect(text.hasParts).toBe(true);
  expect(text.parts()).toBe('web1 │ Continue? [y/N] ');
  expect(text.hasParts).toBe(false);
  expect(output('web1', 'yes\n')).toBe('yes\n');
  output('web1', 'half ');
  expect(text.parts()).toBe('web1 │ half ');
  expect(output('db', 'another\n')).toBe('\ndb   │ another\n');
  expect(output('web1', 'whole\n')).toBe('web1 │ whole\n');
});

test('RunText keeps a progress bar and a cut escape sequence until their line ends', () => {
  const text = new RunText(runOn({ web1: undefined }), { when: '14:03' });
  text.add({ type: 'output', server: 'web1', stream: 'stdout', text: '10 %\r20 %' });
  expect(text.hasParts).toBe(false);
  text.add({ type: 'output', server: 'web1', stream: 'stderr', text: 'red \u001b[3' });
  expect(text.hasParts).toBe(false);
  expect(text.parts()).toBe('');
});
