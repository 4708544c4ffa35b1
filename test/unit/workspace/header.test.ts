import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ScriptEvent } from '../../../src/domain/event.ts';
import { hasHeader } from '../../../src/workspace/header.ts';
import { EVENT_KEYS } from '../../../src/workspace/schema.ts';
import { readEvent } from '../../../src/workspace/workspace.ts';

interface Expected {
  readonly event?: Partial<ScriptEvent>;
  readonly problems?: readonly string[];
}

/** Problems as `line:column-end message`, with `→ suggestion` where there is one. */
function check(text: string, { event = {}, problems = [] }: Expected): void {
  const read = readEvent({ root: '/ws', path: 'ops/run.sh', text });
  const found = read.problems.map(({ line, column, endColumn, message, suggestion }) => {
    return `${line}:${column}-${endColumn} ${message}${suggestion === undefined ? '' : ` → ${suggestion}`}`;
  });
  expect({ event: read.event, problems: found }).toMatchObject({ event, problems });
}

test('readEvent() takes a script without a header as it is', () => {
  const { event, problems } = readEvent({ root: '/ws', path: 'ops/run.sh', text: 'echo hello\n' });
  expect(problems).toEqual([]);
  expect(event).toEqual({
    id: 'ops/run.sh',
    name: 'run.sh',
    script: { root: '/ws', path: 'ops/run.sh' },
    servers: [],
    tags: [],
    interpreter: { commands: ['sh'], args: [] },
    args: [],
    env: {},
    files: [],
    retries: 3,
    overlap: 'queue',
    inputs: [],
    onDisconnect: { kind: 'continue' },
    secrets: [],
  });
});

test('readEvent() reads every field of a header', () => {
  const text = `#!/usr/bin/env bash
# cronium:
#   name: Restart web
#   description: >
#     Restarts the web servers,
#     one after the other.
#   servers: [web-*, "@staging", "!web-3"]
#   tags: ops
#   interpreter: python3 -u
#   args: [--force, 3, true, "a b"]
#   env:
#     VERSION: 1.10
#     MODE: 007
#     DEBUG: true
#     TEXT: "x: y"
#   cwd: /srv/app
#   files:
#     - lib/*.sh
#     - .env
#   input: {a: [1, null, true, "x"], b: 1.5}
#   inputs:
#     version: Which version
#     stage: {description: Where to, default: staging, options: [staging, production]}
#     note:
#   timeout: 1h30m
#   parallel: 5
#   retries: 0
#   onSave: conf/*.yaml
#   overlap: cancelRunning
#   onDisconnect: stop after 10m
#   secrets: [API_TOKEN]
echo hello
`;
  const { event, problems } = readEvent({ root: '/ws', path: 'run', text });
  expect(problems).toEqual([]);
  expect(event).toEqual({
    id: 'run',
    name: 'Restart web',
    description: 'Restarts the web servers, one after the other.\n',
    script: { root: '/ws', path: 'run' },
    declaredAt: { path: 'run', line: 2 },
    servers: ['web-*', '@staging', '!web-3'],
    tags: ['ops'],
    interpreter: { commands: ['python3'], args: ['-u'] },
    args: ['--force', '3', 'true', 'a b'],
    env: { VERSION: '1.10', MODE: '007', DEBUG: 'true', TEXT: 'x: y' },
    cwd: '/srv/app',
    files: ['lib/*.sh', '.env'],
    input: { a: [1, null, true, 'x'], b: 1.5 },
    inputs: [
      { id: 'version', description: 'Which version' },
      { id: 'stage', description: 'Where to', default: 'staging', options: ['staging', 'production'] },
      { id: 'note' },
    ],
    timeoutMs: 5_400_000,
    parallel: 5,
    retries: 0,
    onSave: { globs: ['conf/*.yaml'] },
    overlap: 'cancelRunning',
    onDisconnect: { kind: 'stop', afterMs: 600_000 },
    secrets: ['API_TOKEN'],
  });
});

test.each<[string, ScriptEvent['onSave']]>([
  ['true', { globs: [] }],
  ['false', undefined],
  ['[Makefile, lib/**]', { globs: ['Makefile', 'lib/**'] }],
  ['./conf', { globs: ['./conf'] }],
])('onSave: %s is a trigger', (value, onSave) => {
  const { event, problems } = readEvent({ root: '/ws', path: 'run.sh', text: `# cronium:\n#   onSave: ${value}\n` });
  expect([event.onSave, problems]).toEqual([onSave, []]);
});

test.each<[string, string]>([
  ['hashes', '# cronium:\n#   name: N\n'],
  ['hashes without a blank', '#cronium:\n#  name: N\n'],
  ['slashes', '// cronium:\n//   name: N\n'],
  ['dashes', '-- cronium:\n--   name: N\n'],
  ['a block comment', '/*\n * cronium:\n *   name: N\n */\n'],
  ['a block comment without marks', '/*\ncronium:\n  name: N\n*/\n'],
  ['the first line of a block comment', '/** cronium:\n *    name: N */\n'],
  ['PHP', '<?php\n// cronium:\n//   name: N\n'],
  ['one line', '# cronium: {name: N}\n'],
  ['other comments in front', '#!/bin/sh\n# -*- coding: utf-8 -*-\n\n# Copyright: us\n#\n# cronium:\n#   name: N\n'],
  ['a byte order mark', '\ufeff# cronium:\n#   name: N\n'],
  ['CRLF', '#!/bin/sh\r\n# cronium:\r\n#   name: N\r\n'],
  ['tabs', '#\tcronium:\n#\t\tname: N\n'],
  ['trailing blanks', '# cronium:   \n#   name: N \t \n# \n'],
  ['an end at shallower text', '# cronium:\n#   name: N\n# Other text: with a colon\n'],
  ['an end at a blank line', '# cronium:\n#   name: N\n\n#   tags: [x]\n'],
  ['an end at an empty comment line', '# cronium:\n#   name: N\n#\n# tags: x\n'],
  ['empty comment lines within', '# cronium:\n#\n#   name: N\n#\n#   description: D\n'],
  ['an indented comment', '  # cronium:\n  #   name: N\n'],
])('a header is found in %s', (_, text) => {
  check(text, { event: { name: 'N', tags: [] } });
  expect(hasHeader(text)).toBe(true);
});

test.each<[string, string]>([
  ['code in front', 'echo\n# cronium:\n#   name: N\n'],
  ['another word', '# cronium-like:\n#   name: N\n'],
  ['no comment', 'cronium:\n  name: N\n'],
  ['a string', 'x = "# cronium:"\n'],
  ['prose', '# about cronium: it runs\n'],
])('no header is found in %s', (_, text) => {
  check(text, { event: { name: 'run.sh' } });
  expect(hasHeader(text)).toBe(false);
});

test('an unknown key is a problem, with the key that was meant', () => {
  check('#!/bin/sh\n# cronium:\n#   server: web1\n', {
    event: { servers: [] },
    problems: ['3:5-11 Unknown key "server"; did you mean "servers"? → servers'],
  });
  check('# cronium: {on-save: true, hosts: [a], TimeOut: 5s}\n', {
    problems: [
      '1:13-20 Unknown key "on-save"; did you mean "onSave"? → onSave',
      '1:28-33 Unknown key "hosts"; did you mean "servers"? → servers',
      '1:40-47 Unknown key "TimeOut"; did you mean "timeout"? → timeout',
    ],
  });
  check('# cronium: {concurrency: 3}\n', {
    problems: ['1:13-24 Unknown key "concurrency"; did you mean "parallel"? → parallel'],
  });
  check('# cronium: {concurrency: reject}\n', {
    problems: ['1:13-24 Unknown key "concurrency"; did you mean "overlap"? → overlap'],
  });
  check('# cronium: {xyz: 1, __proto__: {a: 1}, constructor: 2}\n', {
    problems: [
      `1:13-16 Unknown key "xyz"; there are ${EVENT_KEYS.join(', ')}`,
      `1:21-30 Unknown key "__proto__"; there are ${EVENT_KEYS.join(', ')}`,
      `1:40-51 Unknown key "constructor"; there are ${EVENT_KEYS.join(', ')}`,
    ],
  });
});

const ON_SAVE = 'true, false, a pattern such as conf/*.yaml, or a list of patterns';
const OVERLAP = '"overlap" must be one of queue, skip, cancelRunning, parallel';

test.each<[string, string]>([
  ['timeout: soon', '2:14-18 "timeout" must be a duration such as 90s, 10m or 1h30m: found "soon"'],
  ['timeout: 0', '2:14-15 "timeout" must be a duration such as 90s, 10m or 1h30m: found 0'],
  ['timeout:', '2:5-12 "timeout" must be a duration such as 90s, 10m or 1h30m: found nothing'],
  ['name: [a, b]', '2:11-17 "name" must be a text: found a list'],
  ['servers: {a: b}', '2:14-20 "servers" must be a selector such as web-* or a list of them: found a map'],
  ['servers: [a, [b]]', '2:18-22 An item of "servers" must be a text: found a list'],
  ['args: --force now', '2:11-22 "args" must be a list of texts such as [--force, now]: found "--force now"'],
  ['onSave: yes', '2:13-16 "onSave" must be true or false: found "yes" → true'],
  ['onSave: maybe', `2:13-18 "onSave" must be ${ON_SAVE}: found "maybe"`],
  ['onSave: flase', `2:13-18 "onSave" must be ${ON_SAVE}: found "flase" → false`],
  ['onSave:', `2:5-11 "onSave" must be ${ON_SAVE}: found nothing`],
  ['onSave: 1', '2:13-14 "onSave" must be true or false: found 1 → true'],
  ['onSave: /etc/*', '2:13-19 "onSave" must be a pattern below the folder, such as conf/*.yaml: found "/etc/*"'],
  [
    'onSave: [a, ../b]',
    '2:17-21 An item of "onSave" must be a pattern below the folder, such as conf/*.yaml: found "../b"',
  ],
  ['overlap: cancel-previous', `2:14-29 ${OVERLAP}: found "cancel-previous" → cancelRunning`],
  ['overlap: reject', `2:14-20 ${OVERLAP}: found "reject" → skip`],
  ['overlap: Queue', `2:14-19 ${OVERLAP}: found "Queue" → queue`],
  ['overlap: [queue]', `2:14-21 ${OVERLAP}: found a list`],
  ['inputs: [a]', '2:13-16 "inputs" must be a map of ids to descriptions: found a list'],
  [
    'inputs: {"a b": x}',
    '2:14-19 A key of "inputs" must be a word such as version (letters, digits, ., _ and -): found "a b"',
  ],
  ['inputs: {a: [b]}', '2:17-21 "a" must be a text: found a list'],
  ['inputs: {a: {prompt: x}}', '2:18-24 Unknown key "prompt"; did you mean "description"? → description'],
  ['inputs: {a: {options: []}}', '2:27-31 "options" must be a list of at least one text: found a list'],
  ['inputs: {a: {options: [x, y], default: z}}', '2:44-45 "default" must be one of x, y: found "z"'],
  ['parallel: 0', '2:15-16 "parallel" must be a whole number from 1 to 1,000: found 0'],
  ['parallel: "5"', '2:15-18 "parallel" must be a whole number from 1 to 1,000: found "5"'],
  ['retries: 1.5', '2:14-17 "retries" must be a whole number from 0 to 10: found 1.5'],
  ['env: [a]', '2:10-13 "env" must be a map of names to values: found a list'],
  ['env: {A: }', '2:11-12 "A" must be a text: found nothing'],
  ['env: {"A B": x}', '2:11-16 A key of "env" must be a name such as API_TOKEN (letters, digits and _): found "A B"'],
  ['name: "a\\0b"', '2:11-17 "name" must be a text: found a NUL character'],
  [
    'secrets: [OK, 9X]',
    '2:19-21 An item of "secrets" must be a name such as API_TOKEN (letters, digits and _): found "9X"',
  ],
  [
    'onDisconnect: stop',
    '2:19-23 "onDisconnect" must be continue, or stop after a duration such as "stop after 10m": found "stop"',
  ],
  [
    'interpreter: "my \\"x\\""',
    '2:18-28 "interpreter" must be a command such as python3 -u, or a list of the command and its arguments: found "my "x""',
  ],
  ['name: a\n#   name: b', '3:5-9 Duplicate key "name"'],
  ['? [a]\n#   : b', '2:7-10 A key must be a word, not a list or a map'],
])('the header field %j has its problem at its place', (field, problem) => {
  check(`# cronium:\n#   ${field}\n`, { problems: [problem] });
});

test.each<[string, string]>([
  ['servers: @web', '2:14-18 A value that begins with "@" must be in quotes: found @web → "@web"'],
  ['servers: [@web, b]', '2:15-19 A value that begins with "@" must be in quotes: found @web → "@web"'],
  ['servers: *', '2:14-15 A value that begins with "*" must be in quotes: found * → "*"'],
  ['servers: [*-web]', '2:15-20 A value that begins with "*" must be in quotes: found *-web → "*-web"'],
  ['servers: [a, !b-*]', '2:18-22 A value that begins with "!" must be in quotes: found !b-* → "!b-*"'],
  ['name: &x y', '2:11-13 A value that begins with "&" must be in quotes: found &x → "&x"'],
  [
    'args: [--file=${file}x, b]',
    '2:12-27 A value with "${" must be in quotes in brackets and braces: found --file=${file}x → "--file=${file}x"',
  ],
  [
    'env: {A: ${env:X}}',
    '2:14-22 A value with "${" must be in quotes in brackets and braces: found ${env:X} → "${env:X}"',
  ],
  ['name: a: b', '2:12-13 A value with ": " in it must be in quotes'],
  ['name: [a', '2:13-13 Cannot read this as YAML: unexpected end of the stream within a flow collection'],
  ['- a\n#   b: c', '3:5-6 Cannot read this as YAML: bad indentation of a mapping entry'],
])('the YAML mistake %j is explained at its place', (field, problem) => {
  const { problems } = readEvent({ root: '/ws', path: 'run.sh', text: `# cronium:\n#   ${field}\n` });
  const [first] = problems;
  const suggestion = first?.suggestion === undefined ? '' : ` → ${first.suggestion}`;
  expect(`${first?.line}:${first?.column}-${first?.endColumn} ${first?.message}${suggestion}`).toBe(problem);
});

test('a header that is no map of fields is a problem', () => {
  check('# cronium: run me\n', {
    problems: ['1:12-18 "cronium" must hold fields such as "name: Restart web": found "run me"'],
  });
  check('# cronium:\n#   name:web\n', {
    problems: ['2:5-13 "cronium" must hold fields such as "name: Restart web": found "name:web"'],
  });
});

test('fields that are not indented below the header are not ignored in silence', () => {
  const message = 'is not part of the header: indent it deeper than "cronium:", or put an empty line before it';
  check('# cronium:\n# servers: web1\n', { problems: [`2:3-10 "servers" ${message}`] });
  check('# cronium:\n#   name: N\n# timeout: 5s\n', {
    event: { name: 'N' },
    problems: [`3:3-10 "timeout" ${message}`],
  });
  check('# cronium:\n#   name: N\n#\n\n# cronium:\n#   name: M\n', {
    event: { name: 'N' },
    problems: ['5:3-10 A script has one "cronium:" header: this is a second one'],
  });
});

test('problems stand at the columns of the file, whatever is in front of the YAML', () => {
  check('\ufeff# cronium: {bad: 1}\n', { problems: [expect.stringMatching(/^1:13-16 /) as unknown as string] });
  check('/*\r\n *\tcronium:\r\n *\t\tbad: 1\r\n */\r\n', {
    problems: [expect.stringMatching(/^3:5-8 /) as unknown as string],
  });
  check('  //cronium:\n  //   tags:\n  //     - [x]\n', {
    problems: ['3:12-15 An item of "tags" must be a text: found a list'],
  });
});

test('an alias bomb is refused and costs nothing', () => {
  const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];
  const text = `# cronium:\n#   input:\n${bomb.map((line) => `#     ${line}`).join('\n')}\n`;
  const { problems } = readEvent({ root: '/ws', path: 'run.sh', text });
  expect(problems[0]?.message).toBe('A value that begins with "&" must be in quotes: found &a0');
});

test('a key called __proto__ is a key like any other', () => {
  const { event } = readEvent({
    root: '/ws',
    path: 'run.sh',
    text: '# cronium: {env: {__proto__: x}, input: {__proto__: {polluted: 1}}}\n',
  });
  expect(Object.entries(event.env)).toEqual([['__proto__', 'x']]);
  expect(JSON.stringify(event.input)).toBe('{"__proto__":{"polluted":1}}');
  expect(Object.getPrototypeOf(event.input)).toBe(Object.prototype);
});

test('a script whose interpreter is unknown has a problem that says what to do', () => {
  const { problems } = readEvent({ root: '/ws', path: 'deploy', text: 'echo\n' });
  expect(problems).toEqual([
    {
      severity: 'error',
      file: '/ws/deploy',
      line: 1,
      column: 1,
      endColumn: 1,
      message: expect.stringContaining('it has neither a shebang nor a known extension'),
      missing: { kind: 'interpreter', name: 'deploy' },
    },
  ]);
});

const yamlish = fc.oneof(
  fc.constantFrom(...EVENT_KEYS.map((key) => `${key}: `), ...'[]{}:,-?&*!|>\'"%@`#\t \\'.split(''), '\n#   ', '\n# '),
  fc.string({ unit: 'binary', maxLength: 5 }),
);

test('readEvent() never throws, and its problems are within the lines of the file', () => {
  fc.assert(
    fc.property(fc.array(yamlish, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (parts, eol) => {
      const text = `#!/bin/sh\n# cronium:\n#   ${parts.join('')}`.replaceAll('\n', eol);
      const lines = text.split(/\r\n|\r|\n/);
      for (const problem of readEvent({ root: '/ws', path: 'run.sh', text }).problems) {
        const line = lines[problem.line - 1] ?? expect.unreachable(`line ${problem.line} of ${lines.length}`);
        expect(problem.column).toBeGreaterThanOrEqual(1);
        expect(problem.endColumn).toBeGreaterThanOrEqual(problem.column);
        expect(problem.endColumn).toBeLessThanOrEqual(line.length + 1);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('readEvent() never throws on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      readEvent({ root: '/ws', path: 'run.sh', text });
      readEvent({ root: '/ws', path: 'run.sh', text: `/* cronium:\n${text}` });
    }),
  );
});
