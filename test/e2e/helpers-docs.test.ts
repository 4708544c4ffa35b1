import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';

const DOCUMENT = readFileSync(resolve(import.meta.dirname, '../../docs/helpers.md'), 'utf8');

/** What can be run in the document, by its language, and what it is said to print. */
const EXAMPLES = [...DOCUMENT.matchAll(/^```(\w+)\n(#!.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)].map(
  ([, language = '', text = '', said]) => ({ language, text, said }),
);

const EXTENSIONS: Readonly<Record<string, string>> = { bash: 'sh', python: 'py', js: 'cjs', perl: 'pl', ruby: 'rb' };

const INPUT = { version: '1.10', user: { name: 'Ada' }, items: [{ id: 7 }] };

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  lab.env.DB_PASSWORD = 'correct-horse-battery';
});
afterAll(() => lab[Symbol.asyncDispose]());

test('docs/helpers.md has examples in every language', () => {
  expect([...new Set(EXAMPLES.map(({ language }) => language))].sort()).toEqual(Object.keys(EXTENSIONS).sort());
});

/** Its first three examples count on one counter. */
const FIRST = [1, 2, 3].map((number) => `installing 1.10\nweb1 has it, release number ${number}\n`);

for (const [at, { language, text, said = FIRST[at] }] of EXAMPLES.entries()) {
  test(`docs/helpers.md: the ${language} example ${at + 1} does what is said of it`, async () => {
    const script = lab.script(`example${at}.${EXTENSIONS[language]}`, text);
    const ended = await lab.cli('run', script, '--on', 'web1', '--json', '--input', JSON.stringify(INPUT));
    const lines = jsonLines(ended.stdout);
    const printed = lines.flatMap(({ type, stream, text: of }) =>
      type === 'output' && stream === 'stdout' ? [of] : [],
    );
    expect(printed.join(''), ended.stdout + ended.stderr).toBe(said);
    expect(ended.code).toBe(0);
  });
}
