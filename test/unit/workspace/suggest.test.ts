import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KnownNames, Suggestion } from '../../../src/workspace/document.ts';
import { folderAt, suggestAt } from '../../../src/workspace/suggest.ts';

const KNOWN: KnownNames = {
  servers: [
    { name: 'local', kind: 'local', address: 'local', tags: [] },
    { name: 'web-1', kind: 'ssh', address: 'deploy@10.0.0.1', tags: ['web'] },
  ],
  groups: { all: ['web-*'] },
};

const LISTED = [
  { name: 'lib', isFolder: true },
  { name: 'run.sh', isFolder: false },
];

/** The text without its `|`, and where that stood. */
function cut(marked: string): { readonly text: string; readonly line: number; readonly column: number } {
  const at = marked.indexOf('|');
  const before = marked.slice(0, at).split('\n');
  const text = marked.slice(0, at) + marked.slice(at + 1);
  return { text, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function suggest(path: string, marked: string): readonly Suggestion[] {
  const { text, ...position } = cut(marked);
  return suggestAt({ root: '/ws', path, text }, position, { known: KNOWN, listed: LISTED });
}

/** The text as it is when a proposal was taken. */
function taken(marked: string, { range, insertText }: Suggestion): string {
  const lines = cut(marked).text.split('\n');
  const line = lines[range.line - 1] ?? '';
  lines[range.line - 1] = line.slice(0, range.column - 1) + insertText + line.slice(range.endColumn - 1);
  return lines.join('\n');
}

const labels = (suggestions: readonly Suggestion[]): readonly string[] => suggestions.map(({ label }) => label);

function check(path: string, marked: string, label: string, expected: string): void {
  const suggestions = suggest(path, marked);
  const found = suggestions.find((each) => each.label === label) ?? expect.unreachable(labels(suggestions).join());
  expect(taken(marked, found)).toBe(expected);
}

test.each<[string, string, string, string]>([
  ['a field', '# cronium:\n#   name: N\n#   ser|', 'servers', '# cronium:\n#   name: N\n#   servers: [$1]'],
  ['a field on an empty line', '# cronium:\n#   name: N\n#   |', 'cwd', '# cronium:\n#   name: N\n#   cwd: $1'],
  ['behind the bare mark', '# cronium:\n#   name: N\n#|', 'cwd', '# cronium:\n#   name: N\n#   cwd: $1'],
  ['too little indented', '# cronium:\n#   name: N\n# |', 'cwd', '# cronium:\n#   name: N\n#   cwd: $1'],
  ['a word too little indented', '# cronium:\n#   name: N\n# cw|', 'cwd', '# cronium:\n#   name: N\n#   cwd: $1'],
  ['the first field', '# cronium:\n#|', 'cwd', '# cronium:\n#   cwd: $1'],
  ['between fields', '# cronium:\n# |\n#   name: N', 'cwd', '# cronium:\n#   cwd: $1\n#   name: N'],
  [
    'with the indentation of the others',
    '# cronium:\n#      name: N\n# |',
    'cwd',
    '# cronium:\n#      name: N\n#      cwd: $1',
  ],
  ['in slashes', '// cronium:\n//   name: N\n//   cw|', 'cwd', '// cronium:\n//   name: N\n//   cwd: $1'],
  ['in a block comment', '/**\n * cronium:\n *   cw|\n */', 'cwd', '/**\n * cronium:\n *   cwd: $1\n */'],
  ['on the line of its opening', '/** cronium:\n * |\n */', 'cwd', '/** cronium:\n *   cwd: $1\n */'],
  ['in braces', '# cronium: {name: N, cw|}', 'cwd', '# cronium: {name: N, cwd: $1}'],
  ['a map in braces', '# cronium: {en|}', 'env', '# cronium: {env: {$1}}'],
  ['a key that has its colon', '# cronium:\n#   na|e: N', 'name', '# cronium:\n#   name: N'],
  ['a map', '# cronium:\n#   env|', 'env', '# cronium:\n#   env:\n#     ${1:NAME}: $2'],
  [
    'an input',
    '# cronium:\n#   inputs:\n#     a:\n#       de|',
    'default',
    '# cronium:\n#   inputs:\n#     a:\n#       default: $1',
  ],
  [
    'an input that is asked for',
    '# cronium:\n#   args: ["${input:stage}"]\n#   inputs:\n#     |',
    'stage',
    '# cronium:\n#   args: ["${input:stage}"]\n#   inputs:\n#     stage: ${1:stage}',
  ],
  ['a truth', '# cronium:\n#   onSave: |', 'true', '# cronium:\n#   onSave: true'],
  ['a truth behind the bare colon', '# cronium:\n#   onSave:|', 'true', '# cronium:\n#   onSave: true'],
  ['a choice', '# cronium:\n#   overlap: sk|', 'skip', '# cronium:\n#   overlap: skip'],
  ['a choice that is written again', '# cronium:\n#   overlap: q|ueue', 'skip', '# cronium:\n#   overlap: skip'],
  [
    'a choice of several words',
    '# cronium:\n#   onDisconnect: stop a|',
    'stop after 10m',
    '# cronium:\n#   onDisconnect: stop after 10m',
  ],
  ['a choice in quotes', '# cronium:\n#   overlap: "sk|"', 'skip', '# cronium:\n#   overlap: "skip"'],
  ['a choice in open quotes', '# cronium:\n#   overlap: "sk|', 'skip', '# cronium:\n#   overlap: "skip"'],
  ['a server', '# cronium:\n#   servers: we|', 'web-1', '# cronium:\n#   servers: web-1'],
  ['a server in a list', '# cronium:\n#   servers: [local, |]', 'web-1', '# cronium:\n#   servers: [local, web-1]'],
  [
    'a server in an open list',
    '# cronium:\n#   servers: [we|\n#   name: N',
    'web-1',
    '# cronium:\n#   servers: [web-1\n#   name: N',
  ],
  ['a group', '# cronium:\n#   servers: [|]', '@all', '# cronium:\n#   servers: ["@all"]'],
  ['a tag behind its sign', '# cronium:\n#   servers: [@w|]', '@web', '# cronium:\n#   servers: ["@web"]'],
  ['a tag in quotes', '# cronium:\n#   servers: ["@|"]', '@web', '# cronium:\n#   servers: ["@web"]'],
  ['an exclusion', '# cronium:\n#   servers: [all, "!w|"]', '!web-1', '# cronium:\n#   servers: [all, "!web-1"]'],
  ['a server with a dash', '# cronium:\n#   servers:\n#     - w|', 'web-1', '# cronium:\n#   servers:\n#     - web-1'],
  ['a server on its own line', '# cronium:\n#   servers:\n#     |', 'web-1', '# cronium:\n#   servers:\n#     - web-1'],
  ['a server beside a dash', '# cronium:\n#   servers:\n#   - |', 'web-1', '# cronium:\n#   servers:\n#   - web-1'],
  ['a variable', '# cronium:\n#   cwd: $|', '${file}', '# cronium:\n#   cwd: \\${file}'],
  ['a variable in quotes', '# cronium:\n#   args: ["-f=${fi|}"]', '${file}', '# cronium:\n#   args: ["-f=\\${file}"]'],
  ['a variable in brackets', '# cronium:\n#   args: [-f=${fi|]', '${file}', '# cronium:\n#   args: ["-f=\\${file}"]'],
  [
    'a variable in place of another',
    '# cronium:\n#   cwd: /x/${fi|leDirname}/y',
    '${file}',
    '# cronium:\n#   cwd: /x/\\${file}/y',
  ],
  [
    'a variable with a name',
    '# cronium:\n#   env:\n#     A: ${env|',
    '${env:NAME}',
    '# cronium:\n#   env:\n#     A: \\${env:${1:NAME}}',
  ],
  [
    'an input that is declared',
    '# cronium:\n#   inputs: {stage: x}\n#   cwd: ${in|',
    '${input:stage}',
    '# cronium:\n#   inputs: {stage: x}\n#   cwd: \\${input:stage}',
  ],
  ['a file', '# cronium:\n#   files: [ops/ru|]', 'run.sh', '# cronium:\n#   files: [ops/run.sh]'],
  ['a folder', '# cronium:\n#   files: |', 'lib/', '# cronium:\n#   files: lib/'],
  [
    'a header',
    '#!/bin/bash\n|\n',
    'cronium:',
    '#!/bin/bash\n# cronium:\n#   name: ${1:Restart web}\n#   servers: [${2:local}]\n',
  ],
  ['a header in a comment', '# |', 'cronium:', '# cronium:\n#   name: ${1:Restart web}\n#   servers: [${2:local}]'],
  [
    'a header in a block',
    '/*\n * cr|\n */',
    'cronium:',
    '/*\n * cronium:\n *   name: ${1:Restart web}\n *   servers: [${2:local}]\n */',
  ],
])('suggestAt() completes %s in a header', (_, marked, label, expected) => {
  check('run.sh', marked, label, expected);
});

test.each<[string, string, string, string]>([
  ['the events', '|', 'events', 'events:\n  ${1:restart-web}:\n    script: ${2:ops/restart.sh}\n    servers: [$3]'],
  [
    'an entry',
    'events:\n  |',
    'event',
    'events:\n  ${1:restart-web}:\n    script: ${2:ops/restart.sh}\n    servers: [$3]',
  ],
  ['its script', 'events:\n  a:\n    sc|', 'script', 'events:\n  a:\n    script: $1'],
  [
    'a field',
    'events:\n  a:\n    script: x\n    |\n  b:\n    name: B\n',
    'name',
    'events:\n  a:\n    script: x\n    name: $1\n  b:\n    name: B\n',
  ],
  ['a path', 'events:\n  a:\n    script: |', 'run.sh', 'events:\n  a:\n    script: run.sh'],
  ['a path below a folder', 'events: {a: {script: ops/|', 'run.sh', 'events: {a: {script: ops/run.sh'],
  ['a map', 'events:\n  a:\n    env|', 'env', 'events:\n  a:\n    env:\n      ${1:NAME}: $2'],
  [
    'a server in two lines',
    'events:\n  a:\n    servers: [\n      w|',
    'web-1',
    'events:\n  a:\n    servers: [\n      web-1',
  ],
])('suggestAt() completes %s in cronium.yaml', (_, marked, label, expected) => {
  check('cronium.yaml', marked, label, expected);
});

test('suggestAt() leaves out the fields that are there, but not the one at the cursor', () => {
  const found = labels(suggest('run.sh', '# cronium:\n#   name: N\n#   servers: [a]\n#   ta|gs: [x]\n'));
  expect(found).not.toContain('name');
  expect(found).not.toContain('servers');
  expect(found).not.toContain('script');
  expect(found).toContain('tags');
});

test.each<[string, string, string]>([
  ['in code', 'run.sh', '# cronium:\n#   name: N\n\necho |'],
  ['in another comment', 'run.sh', '# cronium:\n#   name: N\n\n# na|'],
  ['in a comment of the YAML', 'run.sh', '# cronium:\n#   # na|'],
  ['behind a value', 'run.sh', '# cronium:\n#   onSave: "true" |'],
  ['in a text of lines', 'run.sh', '# cronium:\n#   description: |\n#     na|'.replace('|', '>')],
  ['for a name', 'run.sh', '# cronium:\n#   name: |'],
  ['where keys are free', 'run.sh', '# cronium:\n#   env:\n#     |'],
  ['below a text', 'run.sh', '# cronium:\n#   name: N\n#     |'],
  ['in the mark', 'run.sh', '# cronium:\n|#   name: N'],
  ['in the margin', 'run.sh', '# cronium:\n# |  name: N'],
  ['after an escaped variable', 'run.sh', '# cronium:\n#   cwd: $${fi|'],
  ['where variables are not replaced', 'run.sh', '# cronium:\n#   name: ${fi|'],
  ['behind code', 'run.sh', 'echo\n|'],
  ['in a file that is no script', 'notes.txt', '|'],
  ['beside events', 'cronium.yaml', 'events: {}\n|'],
  ['in a second file of the name', 'ops/cronium.yaml', 'events:\n  a:\n    |'],
])('suggestAt() proposes nothing %s', (_, path, marked) => {
  expect(labels(suggest(path, marked))).toEqual([]);
});

test('suggestAt() proposes the name of the server only where it is replaced', () => {
  expect(labels(suggest('run.sh', '# cronium:\n#   args: ["$|"]'))).toContain('${server.name}');
  expect(labels(suggest('run.sh', '# cronium:\n#   cwd: $|'))).not.toContain('${server.name}');
});

test.each<[string, string | undefined]>([
  ['files: |', '.'],
  ['files: [a, ops/li|]', 'ops'],
  ['files: "!./ops/lib/|"', 'ops/lib'],
  ['onSave: conf/|', 'conf'],
  ['files: ../|', undefined],
  ['files: /etc/|', undefined],
  ['files: lib/*/|', undefined],
  ['name: ops/|', undefined],
])('folderAt() of %j is %j', (field, expected) => {
  const { text, ...position } = cut(`# cronium:\n#   ${field}`);
  expect(folderAt({ root: '/ws', path: 'run.sh', text }, position)).toBe(expected);
});

test('suggestAt() is not held up by a line that nobody wrote', () => {
  expect(suggest('cronium.yaml', `events:\n  a: x\n${'y '.repeat(200_000)}|`)).toEqual([]);
  expect(suggest('cronium.yaml', `events:\n  a: x\ny${' '.repeat(400_000)}|`)).toEqual([]);
});

const piece = fc.constantFrom(
  ...['cronium:', 'events:', 'servers:', 'inputs:', 'env:', 'name', '- ', '[', ']', '{', '}', '"', "'", ',', ': '],
  ...[
    '${',
    '$',
    '@',
    '*',
    '|',
    '>',
    '#',
    ' ',
    '\t',
    '\n',
    '\n# ',
    '\n#   ',
    '\n  ',
    '\n    ',
    '/* ',
    '*/',
    'x',
    '\r\n',
  ],
);

test('suggestAt() never throws, and what it replaces is on the line of the cursor', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.nat(),
      fc.constantFrom('# cronium:\n#   ', ''),
      fc.constantFrom('run.sh', 'cronium.yaml'),
      (pieces, at, beginning, path) => {
        const text = beginning + pieces.join('');
        const before = text.slice(0, at % (text.length + 1)).split(/\r\n|\r|\n/);
        const line = before.length;
        const column = (before.at(-1) ?? '').length + 1;
        folderAt({ root: '/ws', path, text }, { line, column });
        const width = text.split(/\r\n|\r|\n/)[line - 1]?.length ?? 0;
        for (const { range } of suggestAt({ root: '/ws', path, text }, { line, column }, { known: KNOWN })) {
          expect(range.line).toBe(line);
          expect(range.column).toBeGreaterThanOrEqual(1);
          expect(range.column).toBeLessThanOrEqual(column);
          expect(range.endColumn).toBeGreaterThanOrEqual(column);
          expect(range.endColumn).toBeLessThanOrEqual(width + 1);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
