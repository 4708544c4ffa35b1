import { expect, test } from 'vitest';
import type { RunRecord } from '../../../../src/domain/run.ts';
import { LogTail } from '../../../../src/vscode/documents/log-tail.ts';
import { buildRunPage, type RunPage } from '../../../../src/vscode/documents/run-page.ts';
import { spansBetween } from '../../../../src/vscode/documents/visible-spans.ts';
import { FAILED, logEntries, runOn, SUCCEEDED } from '../log-entries.ts';

function pageOf(run: RunRecord, logs: Readonly<Record<string, readonly string[]>>, limit = 1_000): RunPage {
  const tails = run.jobs.map(({ id, server }) => {
    const tail = new LogTail(limit);
    for (const entry of logEntries(logs[server.name] ?? [])) tail.add(entry);
    tail.read();
    return [id, tail] as const;
  });
  return buildRunPage(run, new Map(tails), { moment: () => '21 Nov 2026, 14:03' });
}

test('buildRunPage() tells what a run was, how it ended where, and each log under its server', () => {
  const page = pageOf(runOn({ web1: SUCCEEDED, db: FAILED, web3: undefined }), {
    web1: ['fine\n'],
    db: ['!no such file\n', 'half a line'],
  });
  expect(page.text.split('\n')).toEqual([
    'Restart web',
    '',
    'Status   running',
    'Started  21 Nov 2026, 14:03 by a person',
    `Script   ops/web.sh · sha256 ${'a'.repeat(64)}`,
    'Commit   1234567890 with changes',
    `Payload  sha256 ${'b'.repeat(64)}`,
    `Run      abcdef01${'0'.repeat(24)}`,
    '',
    '✓ web1  succeeded · 2.5 s',
    '✗ db    failed (exit code 3) · 2.5 s',
    '… web3  running',
    '',
    '── ✓ web1 · succeeded · 2.5 s ──',
    'fine',
    '',
    '── ✗ db · failed (exit code 3) · 2.5 s ──',
    'no such file',
    'half a line',
    '',
    '── … web3 · running ──',
    '',
  ]);
  expect(page.lineCount).toBe(page.text.split('\n').length);
});

test('buildRunPage() tells the outputs of each server between how it ended and its log', () => {
  const run = runOn({ web1: SUCCEEDED, db: FAILED });
  const outputs = { web1: { rows: 42, version: '1.10' }, db: { list: ['a\x1b[31m', { b: null }] } };
  const page = buildRunPage(run, new Map(), { moment: () => 'now', outputs });
  const lines = page.text.split('\n');
  expect(lines.slice(lines.indexOf('Outputs') - 2, page.sections[0]?.firstLine)).toEqual([
    '✗ db    failed (exit code 3) · 2.5 s',
    '',
    'Outputs',
    'web1  rows     42',
    '      version  1.10',
    `db    list     ["a\\u001b[31m",{"b":null}]`,
    '',
  ]);
  expect(lines[page.sections[1]?.firstLine ?? -1]).toContain('db');
  expect(page.lineCount).toBe(lines.length);
});

test('buildRunPage() tells so many outputs that the page can be read', () => {
  const many = Object.fromEntries(Array.from({ length: 256 }, (_, index) => [`key${index}`, 'x'.repeat(1_000)]));
  const outputs = { web1: many };
  const page = buildRunPage(runOn({ web1: SUCCEEDED }), new Map(), { moment: () => 'now', outputs });
  const lines = page.text.split('\n');
  expect(lines).toContain('… 56 more');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(600);
});

test('buildRunPage() says where each section is, and which failed', () => {
  const page = pageOf(runOn({ web1: SUCCEEDED, db: FAILED, web3: undefined }), {
    web1: ['1\n2\n3\n'],
    db: ['no\n'],
  });
  const lines = page.text.split('\n');
  const seen = page.sections.map(({ server, isFailed, firstLine, lastLine }) => ({
    server,
    isFailed,
    first: lines[firstLine],
    last: lines[lastLine],
  }));
  expect(seen).toEqual([
    { server: 'web1', isFailed: false, first: '── ✓ web1 · succeeded · 2.5 s ──', last: '3' },
    { server: 'db', isFailed: true, first: '── ✗ db · failed (exit code 3) · 2.5 s ──', last: 'no' },
    { server: 'web3', isFailed: false, first: '── … web3 · running ──', last: '── … web3 · running ──' },
  ]);
});

test('buildRunPage() says how much of a log is above, and offers the rest', () => {
  const page = pageOf(runOn({ web1: SUCCEEDED }), { web1: ['0123456789\n'.repeat(10)] }, 33);
  const [section] = page.sections;
  expect(page.text.split('\n')[section?.aboveLine ?? -1]).toBe('… 77 bytes are above. Open the full log');
});

test('buildRunPage() shows no controls of names', () => {
  const run = { ...runOn({ 'web\x1b[31m1': FAILED }), eventName: 'two\nlines' };
  const lines = pageOf(run, {}).text.split('\n');
  expect([lines[0], lines.at(-2)]).toEqual(['two lines', '── ✗ web1 · failed (exit code 3) · 2.5 s ──']);
});

test('spansBetween() finds the colours of the lines that are seen, and of no others', () => {
  const page = pageOf(runOn({ web1: SUCCEEDED, db: FAILED }), {
    web1: ['\x1b[32mgreen\x1b[0m\nplain\nsome \x1b[31mred\x1b[0m\n'],
    db: ['\x1b[33myellow\x1b[0m\n'],
  });
  const lines = page.text.split('\n');
  const [web1] = page.sections;
  const first = (web1?.firstLine ?? 0) + 2;
  const words = [...spansBetween(page, first, page.lineCount)].map(
    ({ line, start, end, style }) => `${lines[line]?.slice(start, end)} ${style}`,
  );
  expect(words).toEqual(['red 1//', 'yellow 3//']);
  expect([...spansBetween(page, 0, first)].map(({ style }) => style)).toEqual(['2//']);
});
