import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDocument, type Look, namedFiles } from '../../../src/workspace/check-document.ts';
import type { KnownNames, TextEdit } from '../../../src/workspace/document.ts';
import { fixProblem } from '../../../src/workspace/fix.ts';

const KNOWN: KnownNames = {
  servers: [
    { name: 'local', kind: 'local', address: 'local', tags: [] },
    { name: 'web-1', kind: 'ssh', address: 'web-1', tags: ['web'] },
    { name: 'database', kind: 'ssh', address: 'db', tags: [] },
  ],
  groups: { all: ['web-*'] },
};

const GONE: Look = { kind: 'unreadable', found: 'there is no such file', isMissing: true };

/** Problems as `severity line:column-end message`, with `→ suggestion` and `(missing kind name)` where there is one. */
function told(path: string, text: string, looks: ReadonlyMap<string, Look> = new Map(), known?: KnownNames): string[] {
  return checkDocument({ root: '/ws', path, text }, { known, looks }).map((problem) => {
    const { severity, line, column, endColumn, message, suggestion, missing } = problem;
    const more = `${suggestion === undefined ? '' : ` → ${suggestion}`}${missing ? ` (${missing.kind} ${missing.name})` : ''}`;
    return `${severity} ${line}:${column}-${endColumn} ${message}${more}`;
  });
}

function check(field: string, expected: readonly string[]): void {
  expect(told('run.sh', `# cronium:\n#   ${field}\n`, new Map(), KNOWN)).toEqual(expected);
}

test.each<[string, readonly string[]]>([
  ['servers: [web-1, web-*, "@web", "@all", "!nothing", local, "web-1, database"]', []],
  ['servers: [deploy@10.0.0.1, example.com, "host:22"]', []],
  [
    'servers: databse',
    ['warning 2:14-21 No server is called "databse": did you mean "database"? → database (server databse)'],
  ],
  [
    'servers: [web-1, mailer]',
    ['warning 2:22-28 No server is called "mailer": it is taken for the address of a host (server mailer)'],
  ],
  [
    'servers: "web-1, databse"',
    ['warning 2:14-30 No server is called "databse": did you mean "database"? (server databse)'],
  ],
  ['servers: ["@wbe"]', ['warning 2:15-21 No tag or group is called "@wbe": there are @web, @all → "@web"']],
  ['servers: ["db-*"]', ['warning 2:15-21 No server matches "db-*": there are web-1, database']],
  ['servers: ["a b"]', ['error 2:15-20 "a b" is neither a name of a server nor an address such as deploy@web1:22']],
  [
    'args: ["-x", "a ${fiel} ${file}"]',
    [
      'error 2:21-28 Cannot resolve "${fiel}": there is no such variable; did you mean "${file}"? If not, the text itself is written "$${fiel}" → ${file}',
    ],
  ],
  [
    'args: ["${x1}${x1}"]',
    [
      'error 2:13-18 Cannot resolve "${x1}": there is no such variable; the text itself is written "$${x1}"',
      'error 2:18-23 Cannot resolve "${x1}": there is no such variable; the text itself is written "$${x1}"',
    ],
  ],
  [
    'args: ["$${fiel}", "\\u0024{fiel}"]',
    [expect.stringContaining('error 2:24-38 Cannot resolve "${fiel}"') as unknown as string],
  ],
  ['env: {A: "${server.name}", B: "${env:X} ${config:y}"}', []],
  [
    'cwd: /srv/${server.name}',
    ['error 2:15-29 Cannot resolve "${server.name}": the name of a server is possible in "args" and "env" only'],
  ],
  ['name: ${whatever}', []],
  [
    'input: {a: ["${input:stage}"]}',
    [
      'warning 2:18-32 Cannot resolve "${input:stage}": no input "stage" is declared; it is asked for by this name (input stage)',
    ],
  ],
  ['onSave: true', ['warning 2:5-11 "onSave" needs "servers": when a file is saved, nobody is asked where to run']],
  ['onSave: [conf/*]', ['warning 2:5-11 "onSave" needs "servers": when a file is saved, nobody is asked where to run']],
  ['onSave: false', []],
])('checkDocument() of the header field %s', (field, expected) => {
  check(field, expected);
});

test('checkDocument() knows the inputs that are declared', () => {
  check('inputs: {stage: Where}\n#   args: ["${input:stage}", "${input:stagee}"]', [
    'warning 3:31-46 Cannot resolve "${input:stagee}": no input "stagee" is declared; did you mean "${input:stage}"? → ${input:stage} (input stagee)',
  ]);
});

test('checkDocument() says nothing of servers that nobody knows', () => {
  expect(told('run.sh', '# cronium:\n#   servers: [x, "@y"]\n#   onSave: true\n')).toEqual([]);
});

test('checkDocument() finds a place in texts of several lines', () => {
  check('cwd: >\n#     ${x1}\n#     ${x2}', [
    expect.stringMatching(/^error 3:2-12 .*"\$\{x2\}"/) as unknown as string,
    expect.stringMatching(/^error 3:7-12 .*"\$\{x1\}"/) as unknown as string,
  ]);
});

test('checkDocument() looks at every entry of cronium.yaml, with what its script adds', () => {
  const text = `events:
  a:
    script: a.sh
    args: ["\${input:stage}", "\${input:other}"]
    onSave: true
  b:
    script: gone.sh
    files: [conf.yaml, lib/*.sh, "!x"]
    servers: nobody
  c: {name: N}
`;
  const looks = new Map<string, Look>([
    ['a.sh', { kind: 'found', text: '# cronium: {servers: [web-1], inputs: {stage: x}}\n' }],
    ['gone.sh', GONE],
    ['conf.yaml', GONE],
  ]);
  expect(told('cronium.yaml', text, looks, KNOWN)).toEqual([
    'warning 4:31-45 Cannot resolve "${input:other}": no input "other" is declared; it is asked for by this name (input other)',
    'error 7:13-20 Cannot use the script "gone.sh": there is no such file (script gone.sh)',
    'warning 8:13-22 Cannot pack "conf.yaml": there is no such file',
    'warning 9:14-20 No server is called "nobody": it is taken for the address of a host (server nobody)',
    'error 10:3-4 An event needs a script: add a line such as "script: ops/restart.sh"',
  ]);
});

test('namedFiles() are the scripts and the files without wildcards', () => {
  const text = 'events: {a: {script: a.sh, files: [x, lib/*, "!y", ../z, /etc]}, b: {script: a.sh, files: "[ab]"}}';
  expect(namedFiles({ root: '/ws', path: 'cronium.yaml', text })).toEqual({ scripts: ['a.sh'], others: ['x'] });
  const header = '# cronium: {files: one.txt}';
  expect(namedFiles({ root: '/ws', path: 'a.sh', text: header })).toEqual({ scripts: [], others: ['one.txt'] });
});

function edited(text: string, { line, column, endLine, endColumn, text: added }: TextEdit): string {
  const lines = text.split('\n');
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column - 1)].join('\n');
  const after = [(lines[endLine - 1] ?? '').slice(endColumn - 1), ...lines.slice(endLine)].join('\n');
  return before + added + after;
}

test.each<[string, string, string, string, string]>([
  ['a key', 'run.sh', '# cronium:\n#   server: web-1\n', 'Change to servers', '# cronium:\n#   servers: web-1\n'],
  [
    'a value without its quotes',
    'run.sh',
    '# cronium:\n#   servers: [@web]\n',
    'Change to "@web"',
    '# cronium:\n#   servers: ["@web"]\n',
  ],
  [
    'an input',
    'run.sh',
    '# cronium:\n#   name: N\n#   env:\n#     A: ${input:x}\n',
    'Add the input "x"',
    '# cronium:\n#   name: N\n#   inputs:\n#     x: x\n#   env:\n#     A: ${input:x}\n',
  ],
  [
    'one more input',
    'run.sh',
    '# cronium:\n#   inputs:\n#    y: Why\n#   cwd: ${input:x}\n',
    'Add the input "x"',
    '# cronium:\n#   inputs:\n#    x: x\n#    y: Why\n#   cwd: ${input:x}\n',
  ],
  [
    'an input of the right entry',
    'cronium.yaml',
    'events:\n  a: {script: a.sh}\n  b:\n    script: b.sh\n    cwd: ${input:x}\n  c:\n    inputs:\n',
    'Add the input "x"',
    'events:\n  a: {script: a.sh}\n  b:\n    script: b.sh\n    inputs:\n      x: x\n    cwd: ${input:x}\n  c:\n    inputs:\n',
  ],
])('fixProblem() repairs %s', (_, path, text, title, expected) => {
  const document = { root: '/ws', path, text };
  const looks = new Map<string, Look>(['a.sh', 'b.sh'].map((script) => [script, { kind: 'found', text: '' }]));
  const fixes = checkDocument(document, { looks }).flatMap((problem) => fixProblem(document, problem));
  const fix = fixes.find((each) => each.title === title) ?? expect.unreachable(fixes.map((each) => each.title).join());
  expect(fix.edits.map((edit) => edited(text, edit))).toEqual([expected]);
});

test('fixProblem() does not write into braces', () => {
  const document = { root: '/ws', path: 'run.sh', text: '# cronium: {cwd: "${input:x}"}\n' };
  const problems = checkDocument(document, { looks: new Map() });
  expect(problems.map(({ missing }) => missing?.name)).toEqual(['x']);
  expect(problems.flatMap((problem) => fixProblem(document, problem))).toEqual([]);
});

const piece = fc.constantFrom(
  ...[
    'servers: ',
    'args: ',
    'env: ',
    'inputs: ',
    'files: ',
    'script: ',
    'cwd: ',
    'onSave: true',
    '- ',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '"',
    "'",
    ',',
    ': ',
    '${input:x}',
    '${',
    '@x',
    '*',
    '|',
    '>',
    '\\u0024',
    ' ',
    '\n    ',
    '\n#   ',
    '\n#     ',
    'x',
  ],
);

test('checkDocument() never throws, and its problems are within the lines of the file', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.constantFrom(['# cronium:\n#   ', 'run.sh'], ['events:\n  a:\n    ', 'cronium.yaml'], ['', 'cronium.yaml']),
      (pieces, [beginning, path]) => {
        const text = `${beginning}${pieces.join('')}`;
        const lines = text.split('\n');
        const document = { root: '/ws', path: path ?? '', text };
        for (const problem of checkDocument(document, { known: KNOWN, looks: new Map() })) {
          const line = lines[problem.line - 1] ?? expect.unreachable(`line ${problem.line} of ${lines.length}`);
          expect(problem.column).toBeGreaterThanOrEqual(1);
          expect(problem.endColumn).toBeGreaterThanOrEqual(problem.column);
          expect(problem.endColumn).toBeLessThanOrEqual(line.length + 1);
          fixProblem(document, problem);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
