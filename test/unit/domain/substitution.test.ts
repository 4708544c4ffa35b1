import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/event.ts';
import { neededInputs, substitute, usesServerName, type Variables } from '../../../src/domain/substitution.ts';
import { VARIABLE_WORDS } from '../../../src/domain/variable.ts';

const VARIABLES: Variables = {
  script: { root: '/project/shop', path: 'ops/restart.web.sh' },
  folders: { shop: '/project/shop', api: '/project/api' },
  homeDir: '/home/ann',
  env: { USER: 'ann', EMPTY: '', PATH: '/bin' },
  inputs: [
    { id: 'stage', default: 'staging', options: ['staging', 'production'] },
    { id: 'version', description: 'Which' },
  ],
  answers: { version: '1.2', loose: 'x' },
  config: (key) => (key === 'editor.tabSize' ? '4' : undefined),
  server: { name: 'web-1' },
};

test.each<[string, string]>([
  ['plain', 'plain'],
  ['${workspaceFolder}', '/project/shop'],
  ['${workspaceFolder:api}', '/project/api'],
  ['${workspaceFolderBasename}', 'shop'],
  ['${file}', '/project/shop/ops/restart.web.sh'],
  ['${fileBasename}', 'restart.web.sh'],
  ['${fileBasenameNoExtension}', 'restart.web'],
  ['${fileExtname}', '.sh'],
  ['${fileDirname}', '/project/shop/ops'],
  ['${relativeFile}', 'ops/restart.web.sh'],
  ['${relativeFileDirname}', 'ops'],
  ['${userHome}', '/home/ann'],
  ['${env:USER}@${server.name}', 'ann@web-1'],
  ['[${env:EMPTY}]', '[]'],
  ['${config:editor.tabSize}', '4'],
  ['${input:version}', '1.2'],
  ['${input:stage}', 'staging'],
  ['${input:loose}', 'x'],
  ['$${file}', '${file}'],
  ['$$${file}', '$${file}'],
  ['$${x:-${env:USER}}', '${x:-ann}'],
  ['$HOME and $(date) $', '$HOME and $(date) $'],
])('substitute() makes %j %j', (text, expected) => {
  expect(substitute(text, 'args', VARIABLES)).toBe(expected);
});

test('substitute() takes the paths of a folder on another machine as they are there', () => {
  const texts = ['${workspaceFolder}', '${workspaceFolderBasename}', '${file}', '${fileDirname}'];
  const check = (root: string, expected: readonly string[]) =>
    expect(substitute(texts, 'args', { ...VARIABLES, script: { root, path: 'ops/run.sh' } })).toEqual(expected);
  const expected = ['/my work', 'my work', '/my work/ops/run.sh', '/my work/ops'];
  check('vscode-remote://ssh-remote%2Bweb/my%20work', expected);
  check('memfs:/my%20work', expected);
  check('vscode-vfs://host', ['/', '', '/ops/run.sh', '/ops']);
});

test('substitute() replaces the texts of a value and leaves its keys and the rest as they are', () => {
  const value = { '${file}': ['${env:USER}', 1, null, true], b: { c: '${server.name}' } };
  expect(substitute(value, 'input', VARIABLES)).toEqual({ '${file}': ['ann', 1, null, true], b: { c: 'web-1' } });
  expect(substitute(JSON.parse('{"__proto__":"${env:USER}"}') as Json, 'input', VARIABLES)).toEqual(
    JSON.parse('{"__proto__":"ann"}'),
  );
});

test('substitute() does not look at what was put in', () => {
  const variables = { ...VARIABLES, answers: { version: '${env:USER} $${file}' } };
  expect(substitute(['${input:version}'], 'args', variables)).toEqual(['${env:USER} $${file}']);
});

test.each<[Json, string]>([
  [
    '${fiel}',
    '"${fiel}" in "args": there is no such variable; did you mean "${file}"? If not, the text itself is written "$${fiel}"',
  ],
  [
    ['a', '${HOME}'],
    '"${HOME}" in "args[1]": there is no such variable; did you mean "${env:HOME}"? If not, the text itself is written "$${HOME}"',
  ],
  [
    '${HOME:-x}',
    '"${HOME:-x}" in "args": there is no such variable; did you mean "${env:HOME}"? If not, the text itself is written "$${HOME:-x}"',
  ],
  [
    '${server}',
    '"${server}" in "args": there is no such variable; did you mean "${server.name}"? If not, the text itself is written "$${server}"',
  ],
  [
    '${envi:X}',
    '"${envi:X}" in "args": there is no such variable; did you mean "${env:X}"? If not, the text itself is written "$${envi:X}"',
  ],
  [
    '${inputs}',
    '"${inputs}" in "args": there is no such variable; did you mean "${input:ID}"? If not, the text itself is written "$${inputs}"',
  ],
  ['${zzzzzz}', '"${zzzzzz}" in "args": there is no such variable; the text itself is written "$${zzzzzz}"'],
  [
    '${file:x}',
    '"${file:x}" in "args": there is no such variable; did you mean "${file}"? If not, the text itself is written "$${file:x}"',
  ],
  ['${}', '"${}" in "args": there is no such variable; the text itself is written "$${}"'],
  ['${env}', '"${env}" in "args": say which one, as in "${env:NAME}"'],
  ['${input:}', '"${input:}" in "args": say which one, as in "${input:ID}"'],
  ['${file', '"${file" in "args": its "}" is missing; "${" itself is written "$${"'],
  [
    { A: { B: '${env:USERS}' } },
    '"${env:USERS}" in "args.A.B": the environment has no variable USERS; did you mean "${env:USER}"?',
  ],
  ['${env:toString}', '"${env:toString}" in "args": the environment has no variable toString'],
  ['${config:x}', '"${config:x}" in "args": there is no setting of this name with a value'],
  [
    '${workspaceFolder:x}',
    '"${workspaceFolder:x}" in "args": the workspace has no folder of this name: there are shop, api',
  ],
  ['${input:nothing}', '"${input:nothing}" in "args": nothing was answered, and it has no default'],
])('substitute() of %j says what cannot be resolved, where, and the way out', (value, message) => {
  expect(() => substitute(value, 'args', VARIABLES)).toThrow(
    expect.objectContaining({ code: 'event/variable', message: `Cannot resolve ${message}` }),
  );
});

test('substitute() takes no answer that is not possible, and no server where there is none', () => {
  const answered = { ...VARIABLES, answers: { stage: 'moon' } };
  expect(() => substitute('${input:stage}', 'args', answered)).toThrow('"moon" is none of staging, production');
  expect(() => substitute('${server.name}', 'cwd', { ...VARIABLES, server: undefined })).toThrow(
    'Cannot resolve "${server.name}" in "cwd": a name of a server is possible in "args" and "env" only',
  );
  expect(() => substitute('${workspaceFolder:x}', 'cwd', { ...VARIABLES, folders: undefined })).toThrow(
    'the workspace has no folder of this name: none has a name here',
  );
});

test('substitute() knows every variable that is told of', () => {
  const examples: Readonly<Record<string, string>> = { ID: 'version', NAME: 'USER', KEY: 'editor.tabSize' };
  for (const { name } of VARIABLE_WORDS) {
    const written =
      name === 'workspaceFolder:NAME'
        ? 'workspaceFolder:api'
        : name.replace(/[A-Z]+$/, (word) => examples[word] ?? word);
    expect(substitute(`\${${written}}`, 'args', VARIABLES), name).not.toBe('');
  }
});

test('substitute() gives back every text that is escaped', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('$', '{', '}', 'a', 'file', '${file}', '${')), (parts) => {
      const text = parts.join('');
      const escaped = text.replaceAll('${', () => '$${');
      expect(substitute(escaped, 'args', VARIABLES)).toBe(text);
    }),
  );
});

test.each<[Json, boolean]>([
  [['a', '${server.name}'], true],
  [{ A: 'x-${server.name}' }, true],
  [['$${server.name}'], false],
  [{ '${server.name}': 'x' }, false],
  ['${server', false],
  [null, false],
])('usesServerName() of %j is %j', (value, expected) => {
  expect(usesServerName(value)).toBe(expected);
});

test('neededInputs() are those that are used, in order, declared or not', () => {
  const version = { id: 'version', description: 'Which version' };
  const event = {
    args: ['${input:b}', '$${input:no}', '${input:version}'],
    env: { A: '${input:b}${input:c}' },
    cwd: '/srv/${input:d}',
    input: { x: ['${input:e}'] },
    inputs: [{ id: 'unused' }, version],
  };
  expect(neededInputs(event)).toEqual([{ id: 'b' }, version, { id: 'c' }, { id: 'd' }, { id: 'e' }]);
  expect(neededInputs({ args: [], env: {}, inputs: [version] })).toEqual([]);
});
