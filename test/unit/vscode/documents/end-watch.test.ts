import { expect, test } from 'vitest';
import { EndWatch } from '../../../../src/vscode/documents/end-watch.ts';

/** Whether it is at the end after each look: first and last line in sight, lines in all. */
function watch(looks: readonly (readonly [number, number, number])[], isAtEnd = true): boolean[] {
  const end = new EndWatch({ isAtEnd });
  return looks.map(([firstLine, lastLine, lineCount]) => {
    end.see({ firstLine, lastLine, lineCount });
    return end.isAtEnd;
  });
}

test('EndWatch stays at the end while the text grows faster than it is scrolled', () => {
  expect(
    watch([
      [80, 99, 100],
      [80, 99, 150],
      [85, 104, 200],
      [180, 199, 200],
    ]),
  ).toEqual([true, true, true, true]);
});

test('EndWatch leaves the end with who scrolls up, however little, and is there again with who comes back', () => {
  expect(
    watch([
      [80, 99, 100],
      [79, 99, 100],
      [79, 99, 120],
      [90, 109, 120],
      [99, 118, 120],
    ]),
  ).toEqual([true, false, false, false, true]);
});

test('EndWatch stays at the end of a text that has lost its beginning', () => {
  expect(
    watch([
      [80, 99, 100],
      [70, 89, 90],
      [75, 94, 95],
    ]),
  ).toEqual([true, true, true]);
});

test('EndWatch is where it is said to begin', () => {
  expect(watch([[0, 19, 100]], false)).toEqual([false]);
});
