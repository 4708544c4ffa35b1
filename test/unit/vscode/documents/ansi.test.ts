import { expect, test } from 'vitest';
import { AnsiReader } from '../../../../src/vscode/documents/ansi.ts';
import { StyledTextBuilder } from '../../../../src/vscode/documents/styled-text.ts';

const ESC = '\x1b';

/** Lines as read one after the other: the text, then `[word style]` for each stretch. */
function read(...lines: readonly string[]): string {
  const reader = new AnsiReader();
  const all = new StyledTextBuilder();
  for (const line of lines) {
    reader.read(line, all);
    all.endLine();
  }
  const spans = all.spans.map(({ start, end, style }) => ` [${all.text.slice(start, end)} ${style}]`);
  return `${all.text.trimEnd()}${spans.join('')}`;
}

test('AnsiReader reads colours, and leaves everything else that acts on a terminal out', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain text\twith a tab', 'plain text\twith a tab'],
    [`${ESC}[31mred${ESC}[0m and plain`, 'red and plain [red 1//]'],
    [`${ESC}[1;32mbold green${ESC}[22m green${ESC}[39m`, 'bold green green [bold green 2//b] [ green 2//]'],
    [`${ESC}[91;104mbright${ESC}[m`, 'bright [bright 9/12/]'],
    [`${ESC}[38;5;208morange${ESC}[0m`, 'orange [orange 208//]'],
    [`${ESC}[38:5:208morange`, 'orange [orange 208//]'],
    [`${ESC}[38;2;255;0;0mred`, 'red [red 196//]'],
    [`${ESC}[38:2::255:0:0mred`, 'red [red 196//]'],
    [`${ESC}[48;2;0;0;0;1mon black`, 'on black [on black /16/b]'],
    [`${ESC}[38;5mbroken ${ESC}[38;5;999mtoo`, 'broken too'],
    [`${ESC}[4mline${ESC}[4:0m none`, 'line none [line //u]'],
    [`${ESC}[3;9;7mall${ESC}[23;29;27m none`, 'all none [all //isv]'],
    ['\x9b31mC1\x9b0m', 'C1 [C1 1//]'],
    [`${ESC}[2Aup${ESC}[10;10Hjump${ESC}[?25lhide${ESC}[6nask`, 'upjumphideask'],
    [`${ESC}]0;a title\x07text${ESC}]52;c;c2VjcmV0${ESC}\\more`, 'textmore'],
    [`${ESC}]8;;https://example.com${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    [`${ESC}P1;2|data${ESC}\\after${ESC}(Bcharset`, 'aftercharset'],
    ['bidi \u202eesrever\u202c, bell \x07, line\u2028separator', 'bidi esrever, bell , line separator'],
    ['emoji 🎉 and ünïcode — stay', 'emoji 🎉 and ünïcode — stay'],
    [`an escape at the end ${ESC}`, 'an escape at the end'],
  ];
  expect(cases.map(([line]) => read(line))).toEqual(cases.map(([, expected]) => expected));
});

test('AnsiReader keeps the last version of a line that was written over', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['10 %\r20 %\r100 %', '100 %'],
    ['100 %\r', '100 %'],
    [`10 %${ESC}[2K${ESC}[1Gdone`, 'done'],
    [`10 %\r${ESC}[K20 %`, '20 %'],
    [`${ESC}[31m10 %\r20 %`, '20 % [20 % 1//]'],
    [`${ESC}[32m10 %\r${ESC}[0m20 %`, '20 %'],
  ];
  expect(cases.map(([line]) => read(line))).toEqual(cases.map(([, expected]) => expected));
});

test('AnsiReader carries a colour into the next lines until it is reset', () => {
  expect(read(`${ESC}[33mone`, 'two', `three${ESC}[0m`, 'four')).toBe(
    'one\ntwo\nthree\nfour [one 3//] [two 3//] [three 3//]',
  );
});

test('AnsiReader.preview() leaves no trace', () => {
  const reader = new AnsiReader();
  const seen = new StyledTextBuilder();
  reader.preview(`${ESC}[31mhalf`, seen);
  expect(seen.spans.length).toBe(1);
  const later = new StyledTextBuilder();
  reader.read('whole', later);
  expect(later.spans).toEqual([]);
});
