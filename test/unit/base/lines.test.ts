import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/base/lines.ts';

test('LineSplitter.pushLines() gives the lines that push() gives, in one piece', () => {
  const piece = fc.stringMatching(/^[a-c\n]{0,8}$/);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const [one, many] = [new LineSplitter(), new LineSplitter()];
      for (const text of pieces) {
        const lines = many.push(text).map(({ text: line }) => `${line}\n`);
        expect([one.pushLines(text), one.rest]).toEqual([lines.join(''), many.rest]);
      }
    }),
  );
});

test('LineSplitter.pushLines() leaves a line that is told in parts to push()', () => {
  const lines = new LineSplitter();
  expect(lines.pushLines(`one\n${'x'.repeat(70_000)}`)).toBeUndefined();
  expect(lines.push(`one\n${'x'.repeat(70_000)}`).map(({ text, isEnd }) => [text.length, isEnd])).toEqual([
    [3, true],
    [70_000, false],
  ]);
});

test('LineSplitter tells a long line in parts, and cuts no escape sequence', () => {
  const lines = new LineSplitter();
  expect(lines.push(`${'x'.repeat(70_000)}\x1b[3`).map(({ text }) => text.length)).toEqual([70_000]);
  expect(lines.push('1mred\n')).toEqual([{ text: '\x1b[31mred', isEnd: true }]);
});
