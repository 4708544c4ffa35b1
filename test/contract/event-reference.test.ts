import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { pageText, schemaText } from '../../scripts/event-reference.ts';
import { readDeclaration } from '../../src/workspace/declaration.ts';
import { FIELD_WORDS } from '../../src/workspace/field-words.ts';
import { INPUT_WORDS } from '../../src/workspace/input-words.ts';
import { ENTRY_FIELDS } from '../../src/workspace/schema.ts';
import { accepts, type Schema } from '../fixtures/json-schema.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const schema = JSON.parse(schemaText()) as Schema;

test('schemas/cronium.schema.json is what the fields say: npm run reference', () => {
  expect(read('schemas/cronium.schema.json')).toBe(schemaText());
});

test('docs/events.md is what the fields say: npm run reference', () => {
  expect(read('docs/events.md')).toBe(pageText(read('docs/events.md')));
  for (const key of Object.keys(FIELD_WORDS)) expect(read('docs/events.md')).toContain(`\n### \`${key}\`\n`);
});

test('the extension for YAML finds the schema, and it is packed', () => {
  const { contributes } = JSON.parse(read('package.json')) as { contributes: { yamlValidation?: unknown } };
  expect(contributes.yamlValidation).toEqual([{ fileMatch: 'cronium.yaml', url: './schemas/cronium.schema.json' }]);
  expect(read('.vscodeignore').split('\n')).toContain('!schemas/*.json');
});

test('every field is told of', () => {
  expect(Object.keys(FIELD_WORDS).sort()).toEqual(Object.keys(ENTRY_FIELDS).sort());
});

/** An entry with one field, as YAML. */
function entry(field: string): string {
  const script = field.startsWith('script:') ? '' : '    script: a.sh\n';
  return `events:\n  a:\n${script}${field.replace(/^/gm, '    ')}\n`;
}

function isRead(text: string): boolean {
  const { entries, problems } = readDeclaration('cronium.yaml', text);
  return problems.length === 0 && entries.every((each) => each.problems.length === 0);
}

const examples = [
  ...Object.values(FIELD_WORDS).flatMap(({ example, values = [] }) => {
    const key = example.slice(0, example.indexOf(':'));
    return [example, ...values.map(({ value }) => `${key}: ${value}`)];
  }),
  ...Object.values(INPUT_WORDS).map(({ example }) => `inputs:\n  a:\n    ${example}`),
];

test.each(examples)('the example %j is read without a problem, and the schema takes it', (example) => {
  expect(isRead(entry(example))).toBe(true);
  expect(accepts(schema, load(entry(example)))).toBe(true);
});

test.each<[string, boolean]>([
  ['events:', true],
  ['events: {}', true],
  ['events: {a: {script: x}}', true],
  ['events: {a: {}}', false],
  ['events: {a: {script: /x}}', false],
  ['events: {a: {script: ../x}}', false],
  ['events: {a: {script: a/../x}}', false],
  ['events: {a: {script: x/}}', false],
  ['events: {"a b": {script: x}}', false],
  ['events: {größe: {script: x}}', true],
  ['event: {}', false],
  [entry('timeout: 90'), true],
  [entry('timeout: 0'), false],
  [entry('timeout: 1h 30m'), true],
  [entry('timeout: soon'), false],
  [entry('parallel: 0'), false],
  [entry('retries: 11'), false],
  [entry('overlap: reject'), false],
  [entry('onDisconnect: stop'), false],
  [entry('onDisconnect: stop after 1h'), true],
  [entry('env: {9A: x}'), false],
  [entry('env: {A: 1}'), true],
  [entry('env: {A: [x]}'), false],
  [entry('secrets: A B'), false],
  [entry('servers: {a: b}'), false],
  [entry('inputs: {a: , b: x, c: {default: y}}'), true],
  [entry('inputs: {a: {prompt: x}}'), false],
  [entry('inputs: {"a b": x}'), false],
  [entry('args: x'), false],
  [entry('nam: x'), false],
])('the schema and the reader agree on %j', (text, expected) => {
  expect({ schema: accepts(schema, load(text)), reader: isRead(text) }).toEqual({ schema: expected, reader: expected });
});
