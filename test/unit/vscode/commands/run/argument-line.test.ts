import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { formatArguments, parseArguments } from '../../../../../src/vscode/commands/run/argument-line.ts';

test('parseArguments() splits as a shell does, and gives no other character a meaning', () => {
  const cases: readonly (readonly [line: string, args: readonly string[]])[] = [
    ['', []],
    ['  one\ttwo  ', ['one', 'two']],
    [`'a b' "c d"`, ['a b', 'c d']],
    [`a'b c'd"e f"`, ['ab cde f']],
    [`''`, ['']],
    [`"a \\"b\\" \\$c \\\\ \\n"`, ['a "b" $c \\ \\n']],
    [`'a \\ "b"'`, ['a \\ "b"']],
    ['a\\ b \\"', ['a b', '"']],
    ['$HOME *.sh ; rm -rf "/" | x', ['$HOME', '*.sh', ';', 'rm', '-rf', '/', '|', 'x']],
    ['a\\', ['a\\']],
  ];
  expect(cases.map(([line]) => parseArguments(line))).toEqual(cases.map(([, args]) => args));
});

test('parseArguments() says where a quote begins that does not end', () => {
  expect(() => parseArguments('one "two')).toThrow(
    expect.objectContaining({
      code: 'run/arguments',
      message: 'Cannot read the arguments: the " at column 5 has no end',
    }),
  );
});

test('parseArguments() reads back what formatArguments() writes', () => {
  assert(
    property(array(string({ unit: 'binary' })), (args) => {
      expect(parseArguments(formatArguments(args))).toEqual(args);
    }),
  );
});
