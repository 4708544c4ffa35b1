import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileError, fullPath, isAddress } from '../../../src/domain/files.ts';

test.each<[string, boolean]>([
  ['/home/me/work', false],
  ['C:\\work', false],
  ['c:/work', false],
  ['//host/share', false],
  ['vscode-remote://ssh-remote%2Bhost/project', true],
  ['memfs:/project', true],
])('isAddress(%j) is %j', (root, expected) => {
  expect(isAddress(root)).toBe(expected);
});

test('fullPath() is a path of this machine, or an address', () => {
  expect(fullPath({ root: '/work', path: 'lib/a b.sh' })).toBe(join('/work', 'lib/a b.sh'));
  expect(fullPath({ root: 'memfs:/', path: 'a.sh' })).toBe('memfs:/a.sh');
  expect(fullPath({ root: 'vscode-vfs://host/project', path: 'lib/a.sh' })).toBe('vscode-vfs://host/project/lib/a.sh');
});

test('FileError says which file and why', () => {
  const { code, message, problem, found } = new FileError('missing', { root: 'memfs:/project', path: 'a.sh' });
  expect({ code, message, problem, found }).toEqual({
    code: 'file/missing',
    message: 'Cannot use "memfs:/project/a.sh": there is no such file',
    problem: 'missing',
    found: 'there is no such file',
  });
});
