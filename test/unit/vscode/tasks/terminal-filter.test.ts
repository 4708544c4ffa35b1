import { expect, test } from 'vitest';
import { TerminalFilter } from '../../../../src/vscode/tasks/terminal-filter.ts';

const ESC = '\x1b';

test('TerminalFilter keeps colours and what moves on the line, and nothing else that acts', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain ünï 🎉\ttext\r\n', 'plain ünï 🎉\ttext\r\n'],
    [`${ESC}[1;38;5;208mbold${ESC}[0m`, `${ESC}[1;38;5;208mbold${ESC}[0m`],
    ['\x9b31mred', `${ESC}[31mred`],
    [`10 %\r${ESC}[K20 %\b`, `10 %\r${ESC}[K20 %\b`],
    [`${ESC}[5C${ESC}[2D${ESC}[1G${ESC}[3P`, `${ESC}[5C${ESC}[2D${ESC}[1G${ESC}[3P`],
    [`up${ESC}[2A down${ESC}[B home${ESC}[H clear${ESC}[2J`, 'up down home clear'],
    [`${ESC}]52;c;c2VjcmV0\x07clipboard`, 'clipboard'],
    [`${ESC}]52;c;c2VjcmV0${ESC}\\clipboard`, 'clipboard'],
    ['\x9d0;title\x9cC1', 'C1'],
    [`${ESC}]0;title\x07title`, 'title'],
    [`${ESC}[6n${ESC}[c${ESC}[>c${ESC}[?1;2cask`, 'ask'],
    [`${ESC}[?1049h${ESC}[?25l${ESC}[?2004hmodes`, 'modes'],
    [`${ESC}P+q544e${ESC}\\${ESC}_app${ESC}\\${ESC}^pm${ESC}\\strings`, 'strings'],
    [`${ESC}c${ESC}7${ESC}8${ESC}(0${ESC}=reset`, 'reset'],
    [`${ESC}[31;${ESC}[32mone in the other`, `${ESC}[32mone in the other`],
    ['bell\x07 shift\x0e \u202ebidi', 'bell shift bidi'],
    [`unfinished ${ESC}[3\nnext`, 'unfinished \nnext'],
    [`no end ${ESC}]0;title\nnext`, 'no end \nnext'],
  ];
  expect(cases.map(([text]) => new TerminalFilter().filter(text))).toEqual(cases.map(([, expected]) => expected));
});

test('TerminalFilter gives the same however the text is cut', () => {
  const text = `a${ESC}[31mb${ESC}]52;c;c2VjcmV0${ESC}\\c${ESC}[?25ld${ESC}P1${ESC}\\e\x9b0mf`;
  const whole = new TerminalFilter().filter(text);
  expect(whole).toBe(`a${ESC}[31mbcde${ESC}[0mf`);
  for (let size = 1; size < text.length; size++) {
    const filter = new TerminalFilter();
    let kept = '';
    for (let at = 0; at < text.length; at += size) kept += filter.filter(text.slice(at, at + size));
    expect(kept).toBe(whole);
  }
});

test('TerminalFilter swallows no more than a sequence may be long', () => {
  const filter = new TerminalFilter();
  filter.filter(`${ESC}]0;${'x'.repeat(70_000)}`);
  expect(filter.filter('text goes on')).toBe('text goes on');
});
