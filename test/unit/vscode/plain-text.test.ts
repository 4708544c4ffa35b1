import { expect, test } from 'vitest';
import { lineText, noticeText, statusText } from '../../../src/vscode/plain-text.ts';

test('noticeText() makes no link of a name that looks like one', () => {
  expect(noticeText('Run [Approve](command:evil) now')).toBe('Run [Approve] (command:evil) now');
});

test('noticeText() is one line of a bounded length without controls', () => {
  expect(noticeText('one\n  two\u001b[31m\nthree')).toBe('one: two; three');
  expect(noticeText('Cannot run this:\n  a\n  b')).toBe('Cannot run this: a; b');
  expect(noticeText('x'.repeat(2_000)).length).toBe(500);
});

test('lineText() takes line breaks and marks of direction out', () => {
  expect(lineText(' a\r\n\u202eb\tc ')).toBe('a b c');
});

test('statusText() makes no icon of a name that looks like one', () => {
  expect(statusText('Run $(trash)')).toBe('Run $ (trash)');
});
