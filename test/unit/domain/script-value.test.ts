import { expect, test } from 'vitest';
import type { LogRecord } from '../../../src/domain/record.ts';
import { type CollectedValue, ValueCollector } from '../../../src/domain/script-value.ts';

type Piece = readonly [type: 'OUTPUT' | 'VARIABLE', head: object | string, bytes: string];

function collect(pieces: readonly Piece[]): (CollectedValue | undefined)[] {
  const collector = new ValueCollector();
  return pieces.map(([type, head, bytes], index) => {
    const line = typeof head === 'string' ? head : `${JSON.stringify(head)}\n`;
    const record: LogRecord = { type, seq: index + 1, time: 0, offset: index * 100, body: Buffer.from(line + bytes) };
    return collector.push(record);
  });
}

test('push() gives a value that is one record', () => {
  expect(collect([['OUTPUT', { key: 'url' }, '"http://a"']])).toEqual([
    { kind: 'output', name: 'url', value: 'http://a', number: 1, seq: 1 },
  ]);
  expect(collect([['VARIABLE', { name: 'N', scope: 'global', again: 9 }, '{"a":[1]}']])).toEqual([
    { kind: 'variable', name: 'N', scope: 'global', value: { a: [1] }, number: 9, seq: 1 },
  ]);
});

test('push() joins the parts of a value, also within a character; its number is that of the last part', () => {
  const [cut, rest] = ['"Gr\u00c3', '\u00bc\u00dfe"'].map((text) => Buffer.from(text, 'latin1').toString('latin1'));
  const collector = new ValueCollector();
  const record = (seq: number, head: object, bytes: string): LogRecord => ({
    ...{ type: 'OUTPUT', seq, time: 0, offset: seq },
    body: Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(bytes, 'latin1')]),
  });
  expect(collector.push(record(4, { key: 'k', more: true }, cut ?? ''))).toBeUndefined();
  expect(collector.begunAt).toEqual({ offset: 4, seq: 4 });
  const end = collector.push(record(7, { key: 'k', part: 1 }, `${(rest ?? '').slice(0, 1)}e"`));
  expect(end).toEqual({ kind: 'output', name: 'k', value: 'Grüe', number: 7, seq: 7 });
  expect(collector.begunAt).toBeUndefined();
});

test('push() keeps the parts of a value while the memory in which they came is used again', () => {
  const collector = new ValueCollector();
  const push = (seq: number, head: object, bytes: string) => {
    const body = Buffer.from(`${JSON.stringify(head)}\n${bytes}`);
    const found = collector.push({ type: 'OUTPUT', seq, time: 0, offset: seq, body });
    body.fill(0);
    return found;
  };
  push(1, { key: 'k', more: true }, '"one ');
  push(2, { key: 'k', part: 1, more: true }, 'two ');
  expect(push(3, { key: 'k', part: 2 }, 'three"')).toMatchObject({ name: 'k', value: 'one two three' });
});

test('push() drops a value that broke off, and parts whose beginning is gone', () => {
  expect(
    collect([
      ['OUTPUT', { key: 'a', more: true }, '"half'],
      ['OUTPUT', { key: 'b' }, '1'],
      ['OUTPUT', { key: 'a', part: 1 }, 'rest"'],
      ['OUTPUT', { key: 'c', part: 2 }, '"'],
    ]),
  ).toEqual([undefined, { kind: 'output', name: 'b', value: 1, number: 2, seq: 2 }, undefined, undefined]);
});

test('push() names what cannot be read and goes on behind it', () => {
  const deep = '['.repeat(40) + ']'.repeat(40);
  const found = collect([
    ['OUTPUT', 'no line', ''],
    ['OUTPUT', { key: '../x' }, '1'],
    ['VARIABLE', { name: 'n', scope: 'planet' }, '1'],
    ['OUTPUT', { key: 'k', part: -1 }, '1'],
    ['OUTPUT', { key: 'k' }, '{'],
    ['OUTPUT', { key: 'k' }, deep],
    ['OUTPUT', { key: 'k' }, '1'],
  ]);
  expect(found.map((value) => value?.kind)).toEqual([...Array(6).fill('problem'), 'output']);
});
