import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundle, textsOf } from '../../scripts/l10n.mjs';
import { referenceText } from '../../scripts/reference.mjs';
import { manifest, readJson, readText, root, words } from './manifest.ts';

/** Places in the manifest whose text a person reads. */
const READ = [
  'altText',
  'contents',
  'contextualTitle',
  'description',
  'displayName',
  'label',
  'markdownDescription',
  'name',
  'patternErrorMessage',
  'title',
];

/** Names are not translated, nor is what is called by them. */
const NAMES = ['Cronium', 'cronium'];

test('every text of the manifest is in package.nls.json, and every text there is used', () => {
  const used = textsIn(manifest).flatMap(({ text }) => /^%(.+)%$/.exec(text)?.[1] ?? []);
  expect(used.filter((key) => words[key] === undefined)).toEqual([]);
  expect(Object.keys(words).filter((key) => !used.includes(key))).toEqual([]);
});

test('what a person reads in the manifest can be translated', () => {
  const fixed = textsIn({ ...manifest, name: '', publisher: '' }).filter(
    ({ key, text }) => READ.includes(key) && text !== '' && !/^%.+%$/.test(text) && !NAMES.includes(text),
  );
  expect(fixed).toEqual([]);
});

test('l10n/bundle.l10n.json holds the texts of the code: npm run l10n', async () => {
  expect(manifest.l10n).toBe('./l10n');
  expect(readJson('l10n/bundle.l10n.json')).toEqual(await bundle());
});

test('textsOf() finds literals, unescaped, and refuses what is put together', () => {
  const source = "l10n.t('It\\'s {0}', name); l10n.t(\n  `Two\\nlines`,\n); other.t('no')";
  expect(textsOf(source, 'a.ts')).toEqual(["It's {0}", 'Two\nlines']);
  for (const wrong of ["l10n.t('a' + b)", 'l10n.t(text)', 'l10n.t(`a ${b}`)']) {
    expect(() => textsOf(`\n${wrong}`, 'a.ts'), wrong).toThrow('a.ts:2');
  }
});

test('messages of the code go through l10n.t', () => {
  const files = readdirSync('src/vscode', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const fixed = files.flatMap((file) =>
    [...readText(`src/vscode/${file}`).matchAll(/\b(?:show\w+Message|setStatusBarMessage)\(\s*['"`]\w[^'"`]*/g)].map(
      ([call]) => `${file}: ${call}`,
    ),
  );
  expect(fixed).toEqual([]);
});

test('translations have the texts and the places of the original', () => {
  const pairs = [
    ...readdirSync(join(root, 'l10n')).map((file) => ['l10n/bundle.l10n.json', `l10n/${file}`] as const),
    ...readdirSync(root).flatMap((file) =>
      /^package\.nls\..+/.test(file) ? [['package.nls.json', file] as const] : [],
    ),
  ];
  for (const [original, translation] of pairs) {
    const from = readJson(original) as Record<string, string>;
    const to = readJson(translation) as Record<string, string>;
    expect(Object.keys(to).sort(), translation).toEqual(Object.keys(from).sort());
    const wrong = Object.keys(from).filter((key) => placesIn(from[key] ?? '') !== placesIn(to[key] ?? ''));
    expect(wrong, translation).toEqual([]);
  }
});

test('docs/reference.md is what the manifest says: npm run reference', () => {
  expect(existsSync(join(root, 'docs/reference.md'))).toBe(true);
  expect(readText('docs/reference.md')).toBe(referenceText(manifest, words));
});

/** Every text below a value, with the key that it stands under. */
function textsIn(value: unknown, key = ''): { readonly key: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ key, text: value }];
  if (Array.isArray(value)) return value.flatMap((child: unknown) => textsIn(child, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => textsIn(child, name));
}

/** The placeholders and commands of a text. */
function placesIn(text: string): string {
  return [...text.matchAll(/\{\d+\}|\]\([^)]*\)|#[\w.]+#/g)]
    .map(([place]) => place)
    .sort()
    .join(' ');
}

test('commands that the documents name have these titles', () => {
  const titles = new Set(Object.entries(words).flatMap(([key, title]) => (key.startsWith('command.') ? [title] : [])));
  const named = ['README.md', 'docs/events.md'].flatMap((file) =>
    [
      ...readText(file).matchAll(/\*Cronium: ([^*\n]+)\*|(?<!\*)\*([A-Z][^*\n]*…|Rerun[^*\n]*|Replay[^*\n]*)\*(?!\*)/g),
    ].map(([, one, other]) => one ?? other),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(
    named.filter((title) => title !== undefined && !titles.has(title) && !title.startsWith('Extensions:')),
  ).toEqual([]);
});
