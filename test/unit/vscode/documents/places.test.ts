import { expect, test } from 'vitest';
import { findPlaces, payloadPath } from '../../../../src/vscode/documents/places.ts';

const WORK = `/home/me/.local/state/cronium/jobs/${'0123456789abcdef'.repeat(2)}/work`;

function found(line: string): string[] {
  return findPlaces(line).map(
    ({ start, end, path, line: number, column }) =>
      `${line.slice(start, end)} → ${path} ${number}${column === undefined ? '' : ` ${column}`}`,
  );
}

test('findPlaces() finds what languages print', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [`${WORK}/ops/web.sh: line 3: nginx: command not found`, [`${WORK}/ops/web.sh: line 3 → ops/web.sh 3`]],
    ['web.sh: 3: nginx: not found', ['web.sh: 3 → web.sh 3']],
    [`  File "${WORK}/lib/a b.py", line 12, in main`, [`File "${WORK}/lib/a b.py", line 12 → lib/a b.py 12`]],
    [`    at run (${WORK}/web.js:10:5)`, [`${WORK}/web.js:10:5 → web.js 10 5`]],
    [`    at file://${WORK}/web.mjs:10:5`, []],
    ["./web.rb:3:in `run'", ['./web.rb:3 → web.rb 3']],
    ['Died at ops/web.pl line 7.', ['ops/web.pl line 7 → ops/web.pl 7']],
    ['PHP Warning: no in ops/web.php on line 9', ['ops/web.php on line 9 → ops/web.php 9']],
    ['a.c:1:2 and b.c:3', ['a.c:1:2 → a.c 1 2', 'b.c:3 → b.c 3']],
    ['nothing here', []],
    ['line 0 of web.sh:0', []],
    ['12:34:56 connected to 10.0.0.1:80', []],
  ];
  expect(cases.map(([line]) => found(line))).toEqual(cases.map(([, expected]) => expected));
});

test('payloadPath() knows no file that is outside the payload', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`${WORK}/ops/web.sh`, 'ops/web.sh'],
    ['./ops/../web.sh', 'web.sh'],
    ['/etc/passwd', undefined],
    ['../../.ssh/config', undefined],
    [`${WORK}/../../secret`, undefined],
    ['C:\\web.sh', undefined],
    ['http://host/web.sh', undefined],
    ['command:workbench.action.quit', undefined],
    ['.', undefined],
    ['ops/', undefined],
  ];
  expect(cases.map(([name]) => payloadPath(name))).toEqual(cases.map(([, path]) => path));
});

test('findPlaces() takes long words of a log without long work', () => {
  const began = performance.now();
  for (let count = 0; count < 1_000; count++) findPlaces(`${'a/'.repeat(900)}:x 1:2 line 3`);
  expect(performance.now() - began).toBeLessThan(2_000);
});
