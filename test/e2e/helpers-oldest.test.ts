import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';

// The whole suite of helpers is played by Python 3.6 and Node 12 themselves in helpers.test.ts, where a machine has them.

const modules = new URL('../../runner/helpers/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, modules), 'utf8');

/** What Python 3.6 makes of a text, as far as its grammar goes. */
function asPython36(text: string): string {
  const parse = 'import ast, sys; ast.parse(sys.stdin.read(), feature_version=(3, 6))';
  const { stderr, status } = spawnSync('python3', ['-c', parse], { input: text, encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** Whether a text has nothing in it that would have to be rewritten for Node 12. */
function isForNode12(text: string): boolean {
  const { code } = transformSync(text, { target: 'esnext' });
  return transformSync(text, { target: 'node12' }).code === code;
}

test('the module of Python is written in the grammar of 3.6', () => {
  expect(asPython36('if (n := 1): pass')).toContain('SyntaxError');
  expect(asPython36(read('python/cronium.py'))).toBe('');
});

test.each(['node/index.js', 'node/index.mjs'])('the module of Node is written in the syntax of 12: %s', (path) => {
  expect(isForNode12('a ?? b?.c')).toBe(false);
  expect(isForNode12(read(path))).toBe(true);
});
