import { expect, test } from 'vitest';
import type { Problem, ScriptEvent } from '../../../src/domain/event.ts';
import { readDeclaration } from '../../../src/workspace/declaration.ts';
import { readEntryEvent, unreadableEntryEvent } from '../../../src/workspace/workspace.ts';

const SCRIPT = `#!/usr/bin/env bash
# cronium:
#   name: Restart
#   servers: [web-*]
#   timeout: 5m
#   env: {MODE: fast}
#   onSave: true
echo
`;

/** Problems as `line:column-end message`, with `→ suggestion` where there is one. */
function told(problems: readonly Problem[]): string[] {
  return problems.map(({ line, column, endColumn, message, suggestion }) => {
    return `${line}:${column}-${endColumn} ${message}${suggestion === undefined ? '' : ` → ${suggestion}`}`;
  });
}

function readEntry(
  text: string,
  script = SCRIPT,
): { readonly event: ScriptEvent; readonly problems: readonly string[] } {
  const { entries, problems } = readDeclaration('/ws/cronium.yaml', text);
  const [entry] = entries;
  if (!entry) return expect.unreachable(told(problems).join());
  const read = readEntryEvent(entry, { root: '/ws', path: entry.fields.script ?? '', text: script });
  return { event: read.event, problems: told(read.problems) };
}

test('readEntryEvent() puts the entry over what its script says of itself, but for its name and its trigger', () => {
  const { event, problems } = readEntry(`# ours
events:
  restart-production:
    script: ./ops//restart.sh
    servers: "@production"
    args: [--careful]
`);
  expect(problems).toEqual([]);
  expect(event).toEqual({
    id: 'cronium.yaml#restart-production',
    name: 'restart-production',
    script: { root: '/ws', path: 'ops/restart.sh' },
    declaredAt: { path: 'cronium.yaml', line: 3 },
    servers: ['@production'],
    tags: [],
    args: ['--careful'],
    env: { MODE: 'fast' },
    files: [],
    timeoutMs: 300_000,
    retries: 3,
    overlap: 'queue',
    inputs: [],
    onDisconnect: { kind: 'continue' },
    secrets: [],
  });
});

test('readEntryEvent() takes every field of a header', () => {
  const { event } = readEntry(
    'events: {a: {script: run.py, name: N, interpreter: python3 -u, onSave: true, env: {X: 1}}}',
    'print()',
  );
  expect(event).toMatchObject({
    name: 'N',
    interpreter: { commands: ['python3'], args: ['-u'] },
    onSave: { globs: [] },
    env: { X: '1' },
  });
});

test('readEntryEvent() tells what is wrong in the header, too: it would not do what its author wrote', () => {
  const { problems } = readEntry('events: {a: {script: x.sh, nam: N}}', '# cronium: {server: x}\n');
  expect(problems).toEqual([
    '1:28-31 Unknown key "nam"; did you mean "name"? → name',
    '1:13-19 Unknown key "server"; did you mean "servers"? → servers',
  ]);
});

test('unreadableEntryEvent() tells it where the script is named', () => {
  const { entries } = readDeclaration('/ws/cronium.yaml', 'events:\n  a:\n    script: gone.sh\n');
  const [entry] = entries;
  if (!entry) return expect.unreachable();
  const { event, problems } = unreadableEntryEvent(
    entry,
    { root: '/ws', path: 'gone.sh' },
    { found: 'there is no such file', isMissing: true },
  );
  expect([event.id, event.name]).toEqual(['cronium.yaml#a', 'a']);
  expect(problems).toEqual([
    {
      severity: 'error',
      file: '/ws/cronium.yaml',
      line: 3,
      column: 13,
      endColumn: 20,
      message: 'Cannot use the script "gone.sh": there is no such file',
      missing: { kind: 'script', name: 'gone.sh' },
    },
  ]);
});

const SCRIPT_PATH = '"script" must be the path of a script below the folder, such as ops/restart.sh';

test.each<[string, readonly string[]]>([
  ['', []],
  ['events:\n', []],
  ['events: {}\n', []],
  ['- a\n', ['1:1-4 cronium.yaml must be a map with "events": found a list']],
  ['event: {}\n', ['1:1-6 Unknown key "event"; did you mean "events"? → events']],
  ['events: [a]\n', ['1:9-12 "events" must be a map of keys to events: found a list']],
  [
    'events:\n  a b: {script: x.sh}\n',
    ['2:3-6 The key of an event must be a word such as restart-web (letters, digits, ., _ and -): found "a b"'],
  ],
  ['events:\n  a: x.sh\n', ['2:6-10 "a" must be a map of fields such as "script: ops/restart.sh": found "x.sh"']],
  ['events:\n  a:\n', ['2:3-4 "a" must be a map of fields such as "script: ops/restart.sh": found nothing']],
  ['events:\n  a: {name: N}\n', ['2:3-4 An event needs a script: add a line such as "script: ops/restart.sh"']],
  [
    'events:\n  a: {file: x.sh}\n',
    [
      '2:7-11 Unknown key "file"; did you mean "script"? → script',
      expect.stringMatching(/^2:3-4 An event needs/) as unknown as string,
    ],
  ],
  ['events:\n  a: {script: /x.sh}\n', [`2:15-20 ${SCRIPT_PATH}: found "/x.sh"`]],
  ['events:\n  a: {script: ../x.sh}\n', [`2:15-22 ${SCRIPT_PATH}: found "../x.sh"`]],
  ['events:\n  a: {script: a/../../x.sh}\n', [`2:15-27 ${SCRIPT_PATH}: found "a/../../x.sh"`]],
  ['events:\n  a: {script: C:/x.sh}\n', [`2:15-22 ${SCRIPT_PATH}: found "C:/x.sh"`]],
  ['events:\n  a: {script: ops\\x.sh}\n', [`2:15-23 ${SCRIPT_PATH}: found "ops\\x.sh"`]],
  ['events:\n  a: {script: ops/}\n', [`2:15-19 ${SCRIPT_PATH}: found "ops/"`]],
  ['events:\n  a: {script: x}\n  a: {script: y}\n', ['3:3-4 Duplicate key "a"']],
  ['events:\n  a: {script: x, script: y}\n', ['2:18-24 Duplicate key "script"']],
  [
    'events:\n  a: {script: x, timeout: soon}\n',
    ['2:27-31 "timeout" must be a duration such as 90s, 10m or 1h30m: found "soon"'],
  ],
  ['events:\n\ta: {}\n', ['2:1-2 YAML is indented with spaces: found a tab']],
])('readDeclaration() of %j has its problems at their places', (text, expected) => {
  const { entries, problems } = readDeclaration('/ws/cronium.yaml', text);
  expect(told([...problems, ...entries.flatMap((entry) => entry.problems)])).toEqual(expected);
});
