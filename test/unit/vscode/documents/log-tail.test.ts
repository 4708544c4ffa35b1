import { expect, test } from 'vitest';
import { LogTail } from '../../../../src/vscode/documents/log-tail.ts';
import { logEntries } from '../log-entries.ts';

function textOf(tail: LogTail): string {
  return [...tail.pieces].map(({ text }) => text).join('');
}

function filled(limit: number, words: readonly string[]): LogTail {
  const tail = new LogTail(limit);
  for (const entry of logEntries(words)) tail.add(entry);
  tail.read();
  return tail;
}

/** Lines of ten characters, numbered. */
function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `${String(from + at).padStart(9, '0')}\n`).join('');
}

test('LogTail gives whole lines, of each stream by itself, with remarks between them', () => {
  const tail = filled(1_000, ['one\ntw', '!error\n', 'o\n', '#Connected again', 'open']);
  expect(textOf(tail)).toBe('one\nerror\ntwo\n· Connected again\n');
  expect(tail.open.text).toBe('open\n');
  expect(tail.above).toBe(0);
});

test('LogTail puts characters together that were cut', () => {
  const tail = new LogTail(1_000);
  const bytes = new TextEncoder().encode('grün\n');
  for (const entry of logEntries(['', ''])) {
    if (entry.kind !== 'output') continue;
    tail.add({ ...entry, bytes: entry.next.seq === 1 ? bytes.subarray(0, 3) : bytes.subarray(3) });
  }
  tail.read();
  expect(textOf(tail)).toBe('grün\n');
});

test('LogTail keeps the end of what was added at once, from the beginning of a line, and counts what is above', () => {
  const tail = filled(100, [lines(0, 8), lines(8, 7).slice(0, -4), lines(14, 1).slice(-4) + lines(15, 5)]);
  const text = textOf(tail);
  expect(text.length).toBeLessThanOrEqual(100);
  expect(lines(0, 20).endsWith(text)).toBe(true);
  expect(text).toMatch(/^\d{9}\n/);
  expect(tail.above).toBe(200 - text.length);
});

test('LogTail keeps the end over many reads', () => {
  const tail = new LogTail(100);
  for (let at = 0; at < 50; at++) {
    for (const entry of logEntries([lines(at, 1)])) tail.add(entry);
    tail.read();
  }
  expect(textOf(tail)).toBe(lines(40, 10));
  expect(tail.above).toBe(400);
});

test('LogTail shows no rest of a line whose beginning it has not kept', () => {
  const tail = new LogTail(50);
  for (const entry of logEntries(['begin', `${'x'.repeat(60)}`, ' end\nwhole\n'])) tail.add(entry);
  tail.read();
  expect(textOf(tail)).toBe('whole\n');
  expect(tail.above).toBe(5 + 60 + 5);
});

test('LogTail drops what was read before what it drops unread', () => {
  const tail = new LogTail(50);
  for (const entry of logEntries([lines(0, 3)])) tail.add(entry);
  tail.read();
  for (const entry of logEntries([lines(3, 5), lines(8, 5)])) tail.add(entry);
  tail.read();
  expect(textOf(tail)).toBe(lines(8, 5));
  expect(tail.above).toBe(80);
});

test('LogTail.limit() cuts at the beginning of a line, with the colours where they belong', () => {
  const tail = filled(1_000, ['first line\nsecond \x1b[31mred\x1b[0m\nthird\n']);
  tail.limit(20);
  expect([...tail.pieces].map(({ text, spans, lineCount }) => ({ text, spans, lineCount }))).toEqual([
    { text: 'second red\nthird\n', spans: [{ start: 7, end: 10, style: '1//' }], lineCount: 2 },
  ]);
});

test('LogTail.read() says whether there is something new', () => {
  const tail = filled(100, ['one\n']);
  expect(tail.read()).toBe(false);
  for (const entry of logEntries(['part'])) tail.add(entry);
  expect(tail.read()).toBe(true);
});

test('LogTail reads a flood of 100 MB at the cost of what is seen of it', () => {
  const tail = new LogTail(1024 * 1024);
  const [entry] = logEntries([lines(0, 6_000)]);
  if (!entry) throw new Error('No entry');
  for (let count = 0; count < 1_700; count++) tail.add(entry);
  tail.read();
  expect(tail.length).toBeLessThanOrEqual(1024 * 1024);
  expect(tail.above + tail.length).toBe(1_700 * 60_000);
});
