import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  displayable,
  displayableLine,
  displayableWithColours,
  lastVersion,
  unfinishedEscapeAt,
} from '../../../src/base/display.ts';

test('displayable() takes away what acts on a terminal or deceives a reader', () => {
  const cases: [string, string][] = [
    ['plain text', 'plain text'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]0;title\x07after', 'after'],
    ['\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['\x1bPdcs\x1b\\x', 'x'],
    ['a\x08b\x00c\x7f', 'abc'],
    ['user\u202egpj.exe', 'usergpj.exe'],
    ['\x9b2Jwiped', 'wiped'],
    ['über 🚀 日本', 'über 🚀 日本'],
  ];
  expect(cases.map(([text]) => displayable(text))).toEqual(cases.map(([, clean]) => clean));
});

test('displayableWithColours() keeps colours only, and closes them', () => {
  expect(displayableWithColours('\x1b[1;31mred\x1b[2J\x1b]0;t\x07 on')).toBe('\x1b[1;31mred on\x1b[0m');
  expect(displayableWithColours('a\x1b')).toBe('a');
});

test('no text leaves an escape behind', () => {
  const piece = fc.constantFrom('\x1b', '[', ']', '0', ';', 'm', '\x07', '\\', 'P', '\x9b', 'x', '\u202e', '\r');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(displayable(pieces.join(''))).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
      expect(displayableWithColours(pieces.join('')).replace(/\x1b\[[0-9;:]*m/g, '')).not.toMatch(/[\x1b\x9b\u202e]/);
    }),
  );
});

test('displayableLine() leaves one line, whatever a text looks like', () => {
  expect(displayableLine('one\n  web2 │ two\r\n\u2028three\x1b[2J')).toBe('one web2 │ two three');
});

test('lastVersion() is what a line that was written over shows at last', () => {
  expect(['10 %\r20 %', '100 %\r', '\r\r', 'plain', 'a\r\rb'].map(lastVersion)).toEqual([
    '20 %',
    '100 %',
    '',
    'plain',
    'b',
  ]);
});

test('unfinishedEscapeAt() finds where a text can be cut', () => {
  const cases: [string, number][] = [
    ['plain', 5],
    ['a\x1b', 1],
    ['a\x1b[3', 1],
    ['a\x1b[31m', 6],
    ['ab\x1b]0;title', 2],
    ['ab\x1b]0;title\x1b', 2],
    ['\x1b]0;t\x07', 6],
    ['a\x1b(', 1],
    ['a\x9b1;', 1],
  ];
  expect(cases.map(([text]) => unfinishedEscapeAt(text))).toEqual(cases.map(([, at]) => at));
});
