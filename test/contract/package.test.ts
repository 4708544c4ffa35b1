import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { CALLING_LANGUAGES, SCRIPT_LANGUAGES } from '../../src/vscode/contributions.ts';
import { manifest, readText, root } from './manifest.ts';

const { contributes } = manifest;

/** Categories of the Marketplace. */
const CATEGORIES = [
  'AI',
  'Azure',
  'Chat',
  'Data Science',
  'Debuggers',
  'Education',
  'Extension Packs',
  'Formatters',
  'Keymaps',
  'Language Packs',
  'Linters',
  'Machine Learning',
  'Notebooks',
  'Other',
  'Programming Languages',
  'SCM Providers',
  'Snippets',
  'Testing',
  'Themes',
  'Visualization',
];

test('the manifest says what the Marketplace asks for', () => {
  expect(manifest.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(manifest.license).toBe('MIT');
  expect(manifest.categories.filter((category) => !CATEGORIES.includes(category))).toEqual([]);
  expect(manifest.keywords.length).toBeGreaterThan(0);
  expect(manifest.keywords.length).toBeLessThanOrEqual(5);
  expect(['README.md', 'CHANGELOG.md', 'LICENSE'].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('nothing is done when it is installed or removed', () => {
  const hooks = /^(pre|post)?(install|uninstall|prepare)$|^vscode:/;
  expect(Object.keys(manifest.scripts).filter((name) => hooks.test(name))).toEqual([]);
});

test('the types of the editor are those of the oldest editor that is served', () => {
  expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
});

test('no proposed API is used', () => {
  expect(manifest.enabledApiProposals).toBeUndefined();
});

test('it is activated by scripts, cronium.yaml and its own documents; commands and views do it by themselves', () => {
  const own = [...readText('src/vscode/documents/run-uri.ts').matchAll(/_SCHEME = '([\w-]+)'/g)].map(
    ([, scheme]) => scheme,
  );
  expect(own.length).toBe(2);
  expect(manifest.activationEvents).toEqual([
    ...[...SCRIPT_LANGUAGES, ...CALLING_LANGUAGES].map((language) => `onLanguage:${language}`),
    'workspaceContains:cronium.yaml',
    ...own.map((scheme) => `onFileSystem:${scheme}`),
  ]);
});

test('it runs where the user is, else where the workspace is', () => {
  expect(manifest.extensionKind).toEqual(['ui', 'workspace']);
});

test('untrusted and virtual workspaces are served in part, and it is said what is missing', () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  for (const capability of [untrustedWorkspaces, virtualWorkspaces]) {
    expect(capability.supported).toBe('limited');
    expect(capability.description).toMatch(/^%.+%$/);
  }
});

test('the icon is a PNG of 128 pixels or more', () => {
  const png = readFileSync(join(root, manifest.icon));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(Math.min(png.readUInt32BE(16), png.readUInt32BE(20))).toBeGreaterThanOrEqual(128);
});

test('the icon of the activity bar is an outline in one colour: the editor uses its shape', () => {
  for (const { icon } of contributes.viewsContainers.activitybar) {
    const colours = [...readText(icon).matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
    expect(new Set(colours).size).toBe(2);
    expect(colours).toContain('none');
  }
});

test('what the manifest names exists and is packed', () => {
  const named = filesIn(manifest).map((path) => path.replace(/^\.\//, ''));
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !path.startsWith('dist/') && !existsSync(join(root, path)))).toEqual([]);
  expect(
    [...named, 'package.json', 'package.nls.json', 'l10n/bundle.l10n.json'].filter((path) => !isPacked(path)),
  ).toEqual([]);
});

test('what only developers need is not packed', () => {
  const own = [
    'src/vscode/extension.ts',
    'test/contract/when.ts',
    'scripts/l10n.mjs',
    'dist/cli.js',
    '.env',
    'biome.json',
  ];
  expect(own.filter(isPacked)).toEqual([]);
});

test('the README shows no SVG, which the Marketplace refuses', () => {
  expect(readText('README.md')).not.toMatch(/\.svg\b|<svg/i);
});

/** The texts in the manifest that are paths of files. */
function filesIn(value: unknown): string[] {
  if (typeof value === 'string') return /^(\.\/|media\/|dist\/)[\w./-]+\.\w+$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => (key === 'bin' || key === 'scripts' ? [] : filesIn(child)));
}

/** What `.vscodeignore` leaves in the package: the last pattern that matches decides. */
function isPacked(path: string): boolean {
  const patterns = readText('.vscodeignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = patterns.findLast((pattern) => pattern === '**' || matchesGlob(path, pattern.replace(/^!/, '')));
  return last === undefined || last.startsWith('!');
}
