import { expect, test } from 'vitest';
import type { Suggestion } from '../../../src/workspace/document.ts';
import { variableNamesIn } from '../../../src/workspace/helper-call.ts';
import {
  type HelperNames,
  hoverHelper,
  needsVariables,
  pathsOf,
  suggestHelpers,
} from '../../../src/workspace/suggest-helpers.ts';

const NAMES: HelperNames = {
  variables: [
    { name: 'deployed.version', scope: 'workspace', isSecret: false },
    { name: 'API_KEY', scope: 'global', isSecret: true },
  ],
  events: [{ secrets: ['DB_PASSWORD'], input: { user: { name: 'a' }, items: ['x'] } }],
};

/** The text without its `|`, and where that stood. */
function cut(marked: string): { readonly text: string; readonly line: number; readonly column: number } {
  const at = marked.indexOf('|');
  const before = marked.slice(0, at).split('\n');
  const text = marked.slice(0, at) + marked.slice(at + 1);
  return { text, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function suggest(path: string, marked: string, names = NAMES): readonly Suggestion[] {
  const { text, ...position } = cut(marked);
  return suggestHelpers({ root: '/ws', path, text }, position, names);
}

/** The text as it is when a proposal was taken. */
function taken(marked: string, { range, insertText }: Suggestion): string {
  const lines = cut(marked).text.split('\n');
  const line = lines[range.line - 1] ?? '';
  lines[range.line - 1] = line.slice(0, range.column - 1) + insertText + line.slice(range.endColumn - 1);
  return lines.join('\n');
}

test.each<[string, string, string, string]>([
  ['a.sh', 'cronium.|', 'cronium.getVariable', 'cronium.getVariable ${1:name}'],
  ['a.sh', 'x=$(cronium.get|)', 'cronium.getVariable', 'x=$(cronium.getVariable ${1:name})'],
  ['a.sh', 'cron|', 'cronium.output', 'cronium.output ${1:key} "${2:\\$value}"'],
  ['a.sh', 'cronium inp|', 'input', 'cronium input ${1:key}'],
  ['a.sh', 'cronium.ge| name', 'cronium.getVariable', 'cronium.getVariable name'],
  ['a.sh', 'cronium.getVariable |', 'deployed.version', 'cronium.getVariable deployed.version'],
  ['a.sh', 'cronium.getVariable "dep|"', 'deployed.version', 'cronium.getVariable "deployed.version"'],
  ['a.sh', 'cronium.setVariable --scope global A|', 'API_KEY', 'cronium.setVariable --scope global API_KEY'],
  ['a.sh', 'cronium getVariable --json |', 'API_KEY', 'cronium getVariable --json API_KEY'],
  ['a.sh', 'cronium.setVariable x --scope |', 'event', 'cronium.setVariable x --scope event'],
  ['a.sh', 'cronium.setVariable x 1 --if|', '--if-unchanged', 'cronium.setVariable x 1 --if-unchanged'],
  ['a.sh', 'cronium.secret |', 'DB_PASSWORD', 'cronium.secret DB_PASSWORD'],
  ['a.sh', 'cronium.input us|', 'user.name', 'cronium.input user.name'],
  ['a.sh', 'cronium.event git|', 'git.commit', 'cronium.event git.commit'],
  ['a.py', 'cronium.get|', 'get_variable', "cronium.get_variable('${1:name}')"],
  ['a.py', 'cronium.get|(x)', 'get_variable', 'cronium.get_variable(x)'],
  ['a.py', 'v = cronium.get_variable(|)', 'API_KEY', "v = cronium.get_variable('API_KEY')"],
  ['a.py', 'v = cronium.get_variable("|")', 'API_KEY', 'v = cronium.get_variable("API_KEY")'],
  ['a.py', 'v = cronium.get_variable("|', 'API_KEY', 'v = cronium.get_variable("API_KEY"'],
  ['a.py', 'cronium.set_variable("x", 1, scope="|")', 'server', 'cronium.set_variable("x", 1, scope="server")'],
  ['a.js', 'cronium.setV|', 'setVariable', "cronium.setVariable('${1:name}', ${2:value})"],
  ['a.js', "await f(cronium.secret('D|'))", 'DB_PASSWORD', "await f(cronium.secret('DB_PASSWORD'))"],
  [
    'a.ts',
    "cronium.getVariable('x', 1, { scope: 'g|' })",
    'global',
    "cronium.getVariable('x', 1, { scope: 'global' })",
  ],
  ['a.py', 'from cronium import |', 'get_variable', 'from cronium import get_variable'],
  ['a.py', 'from cronium import output, se|', 'secret', 'from cronium import output, secret'],
  ['a.py', 'from cronium import (\n  output,\n  |', 'input', 'from cronium import (\n  output,\n  input'],
  [
    'a.py',
    'from cronium import secret\nx = secret("|")',
    'DB_PASSWORD',
    'from cronium import secret\nx = secret("DB_PASSWORD")',
  ],
  ['a.js', "const { | } = require('cronium');", 'setVariable', "const { setVariable } = require('cronium');"],
  ['a.ts', 'import { getV| } from "cronium";', 'getVersion', 'import { getVersion } from "cronium";'],
  ['a.mjs', "import {\n  output,\n  |\n} from 'cronium';", 'event', "import {\n  output,\n  event\n} from 'cronium';"],
  [
    'a.js',
    "const { event } = require('cronium');\nevent('|')",
    'git.commit',
    "const { event } = require('cronium');\nevent('git.commit')",
  ],
])('suggestHelpers() in %s: %s takes %s', (path, marked, label, expected) => {
  const found = suggest(path, marked).find((one) => one.label === label);
  expect(found && taken(marked, found)).toBe(expected);
});

test.each([
  ['a.sh', '# cronium.|'],
  ['a.sh', 'ls cronium.log |'],
  ['a.sh', './cronium.|'],
  ['a.sh', 'cronium.getVariable name |'],
  ['a.sh', 'cronium.getVariable name; |'],
  ['a.sh', 'cronium.output |'],
  ['a.py', 'cron|'],
  ['a.py', 'my.cronium.|'],
  ['a.py', 'cronium.get_variable("a", |)'],
  ['a.js', '// cronium.|'],
  ['a.rb', 'cronium.|'],
  ['a.py', 'from other import |'],
  ['a.py', 'from cronium import x as |'],
  ['a.py', 'secret("|")'],
  ['a.js', "const { | } = require('other');"],
  ['a.js', 'const { |'],
  ['a.js', "my.event('|')\nconst { event } = require('cronium');"],
])('suggestHelpers() proposes nothing in %s: %s', (path, marked) => {
  expect(suggest(path, marked)).toEqual([]);
});

test('suggestHelpers() begins no word of a script that is no event', () => {
  expect(suggest('a.sh', 'c|', { ...NAMES, events: [] })).toEqual([]);
  expect(suggest('a.sh', 'cronium.|', { ...NAMES, events: [] }).length).toBe(7);
});

test('suggestHelpers() leaves out what is imported already, and tells what each name does', () => {
  const found = suggest('a.py', 'from cronium import get_variable, |, output');
  expect(found.map(({ label }) => label)).toEqual([
    ...['set_variable', 'input', 'event', 'secret', 'token', 'get_version', 'CroniumError'],
  ]);
  expect(found[0]?.detail).toContain('cronium.set_variable(name, value');
  const inNode = suggest('a.js', "import { output, |, input } from 'cronium';");
  expect(inNode.map(({ label }) => label)).not.toContain('input');
});

test('suggestHelpers() also proposes the variables that the script itself names', () => {
  const found = suggest('a.sh', 'cronium.setVariable counter 1\ncronium.getVariable |');
  expect(found.map(({ label, detail }) => [label, detail])).toEqual([
    ['deployed.version', 'workspace'],
    ['API_KEY', 'secret · global'],
    ['counter', 'named here'],
  ]);
});

test('variableNamesIn() reads calls of every language', () => {
  const text = 'cronium.getVariable a\ncronium setVariable b 1\ncronium.get_variable("c")\ncronium.setVariable( \'d\')';
  expect(variableNamesIn(text)).toEqual(['a', 'b', 'c', 'd']);
});

test('needsVariables() is true where the name of a variable is written', () => {
  const asks = (path: string, marked: string) => {
    const { text, ...position } = cut(marked);
    return needsVariables({ root: '/ws', path, text }, position);
  };
  expect(asks('a.sh', 'cronium.getVariable |')).toBe(true);
  expect(asks('a.py', 'cronium.set_variable("|')).toBe(true);
  expect(asks('a.sh', 'cronium.secret |')).toBe(false);
});

test('pathsOf() names what a path can reach', () => {
  expect(pathsOf({ a: { b: 1 }, list: [{ c: 1 }], 'odd key': 1 })).toEqual([
    'a',
    'a.b',
    'list',
    'list[0]',
    'list[0].c',
  ]);
  expect(pathsOf('text')).toEqual([]);
});

test('hoverHelper() tells the usage of a verb in the language of the script', () => {
  const hover = (path: string, marked: string) => {
    const { text, ...position } = cut(marked);
    return hoverHelper({ root: '/ws', path, text }, position);
  };
  const shell = hover('a.sh', 'v=$(cronium.getV|ariable x)');
  expect(shell?.range).toEqual({ line: 1, column: 5, endColumn: 24 });
  expect(shell?.markdown).toContain('cronium.getVariable <name> [--default v] [--scope s]');
  expect(shell?.markdown).toContain('`--scope <scope>`');
  expect(hover('a.py', 'cronium.set_var|iable("x", 1)')?.markdown).toContain('cronium.set_variable(name, value, ');
  expect(hover('a.py', 'cronium.setVar|iable("x", 1)')).toBeUndefined();
  expect(hover('a.sh', '# cronium.get|Variable x')).toBeUndefined();
  const imported = hover('a.js', "import { getVariable } from 'cronium';\nf(getVar|iable('x'))");
  expect(imported?.range).toEqual({ line: 2, column: 3, endColumn: 14 });
  expect(hover('a.js', "f(getVar|iable('x'))")).toBeUndefined();
});
