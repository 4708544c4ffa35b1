import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Matcher {
  readonly name: string;
  readonly pattern: {
    readonly regexp: string;
    readonly file: number;
    readonly line: number;
    readonly message: number;
  };
}

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8')) as {
  readonly contributes: { readonly problemMatchers: readonly Matcher[] };
};

function match(line: string): readonly (string | undefined)[] | undefined {
  const pattern = manifest.contributes.problemMatchers.find(({ name }) => name === 'cronium')?.pattern;
  const found = pattern && new RegExp(pattern.regexp).exec(line);
  return found ? [found[pattern.file], found[pattern.line], found[pattern.message]] : undefined;
}

test('the problem matcher finds the messages of shells, with and without a server, on the server and beside it', () => {
  const work = `/home/me/.local/state/cronium/jobs/${'0a'.repeat(16)}/work`;
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    [`${work}/ops/web.sh: line 3: nginx: command not found`, ['ops/web.sh', '3', 'nginx: command not found']],
    [`web1 │ ${work}/web.sh: line 12: x: unbound variable`, ['web.sh', '12', 'x: unbound variable']],
    ['web.sh: 3: nginx: not found', ['web.sh', '3', 'nginx: not found']],
    ['all is well', undefined],
    ['· failed (exit code 3)', undefined],
  ];
  expect(cases.map(([line]) => match(line))).toEqual(cases.map(([, expected]) => expected));
});
