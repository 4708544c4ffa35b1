import { expect, test } from 'vitest';
import { changeStyle, hexOf, PLAIN, parseStyleKey, styleKey } from '../../../../src/vscode/documents/style.ts';

test('parseStyleKey() reads what styleKey() writes', () => {
  const style = changeStyle(PLAIN, '1;2;3;4;7;9;38;5;208;44');
  expect(parseStyleKey(styleKey(style))).toEqual(style);
  expect(styleKey(style)).toBe('208/4/bdiusv');
});

test('styleKey() is empty for what looks plain, however it came about', () => {
  expect(['0', '', '1;22', '31;39', '4;24;7;27'].map((codes) => styleKey(changeStyle(PLAIN, codes)))).toEqual(
    Array(5).fill(''),
  );
});

test('hexOf() knows the cube and the greys', () => {
  expect([16, 196, 208, 231, 232, 255].map(hexOf)).toEqual([
    '#000000',
    '#ff0000',
    '#ff8700',
    '#ffffff',
    '#080808',
    '#eeeeee',
  ]);
});
