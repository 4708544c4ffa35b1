import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  CALLING_LANGUAGES,
  COMMANDS,
  CONTEXT_KEYS,
  SCRIPT_LANGUAGES,
  SETTINGS,
  VIEW_CONTAINER,
  VIEWS,
  WALKTHROUGH_ID,
} from '../../src/vscode/contributions.ts';
import { clausesOf, manifest, readText } from './manifest.ts';
import { keysOf } from './when.ts';

const { commands, menus, submenus, keybindings, views, viewsContainers, viewsWelcome, configuration, walkthroughs } =
  manifest.contributes;
const commandIds = sorted(Object.values(COMMANDS));
const viewIds = sorted(Object.values(VIEWS));
const settings = configuration.flatMap(({ properties }) => Object.keys(properties));
const clauses = clausesOf(manifest);

/** Keys that the editor sets. */
const EDITOR_KEYS = [
  'editorHasSelection',
  'editorIsOpen',
  'editorLangId',
  'editorTextFocus',
  'explorerResourceIsFolder',
  'isWorkspaceTrusted',
  'listDoubleSelection',
  'resourceLangId',
  'resourceScheme',
  'view',
  'viewItem',
  'workspaceFolderCount',
];

test('commands of the code and of the manifest are the same', () => {
  expect(sorted(commands.map(({ command }) => command))).toEqual(commandIds);
});

test('views of the code and of the manifest are the same', () => {
  expect(Object.keys(views)).toEqual([VIEW_CONTAINER]);
  expect(viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
  expect(sorted(views[VIEW_CONTAINER]?.map(({ id }) => id) ?? [])).toEqual(viewIds);
});

test('settings of the code and of the manifest are the same', () => {
  expect(sorted(settings)).toEqual(sorted(Object.values(SETTINGS)));
});

test('every setting is read', () => {
  const code = sourcesBut('contributions.ts');
  expect(Object.keys(SETTINGS).filter((name) => !new RegExp(`\\bSETTINGS\\.${name}\\b`).test(code))).toEqual([]);
});

test('when clauses ask for what the editor or the code sets, and for settings that exist', () => {
  const known = [
    ...EDITOR_KEYS,
    ...Object.values(CONTEXT_KEYS),
    ...settings.map((setting) => `config.${setting}`),
    ...(views[VIEW_CONTAINER]?.map(({ id }) => `${id}.empty`) ?? []),
  ];
  expect(clauses.flatMap(keysOf).filter((key) => !known.includes(key))).toEqual([]);
});

test('every context key of the code is set there and asked for in the manifest', () => {
  const code = sourcesBut('contributions.ts');
  const asked = new Set(clauses.flatMap(keysOf));
  const unused = Object.entries(CONTEXT_KEYS).filter(
    ([name, key]) => !asked.has(key) || !code.includes(`CONTEXT_KEYS.${name}`),
  );
  expect(unused).toEqual([]);
});

test('when clauses name views that exist', () => {
  const named = clauses.flatMap((clause) => [...clause.matchAll(/\bview == (\S+)/g)].map(([, view]) => view));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((view) => !viewIds.includes(view ?? ''))).toEqual([]);
});

test('when clauses that are about a language name those that activate the extension', () => {
  const patterns = clauses.flatMap((clause) => [...clause.matchAll(/LangId =~ (\S+)/g)].map(([, pattern]) => pattern));
  expect(new Set(patterns)).toEqual(new Set([`/^(${SCRIPT_LANGUAGES.join('|')})$/`]));
  const activating = manifest.activationEvents.filter((event) => event.startsWith('onLanguage:'));
  expect(activating).toEqual([...SCRIPT_LANGUAGES, ...CALLING_LANGUAGES].map((language) => `onLanguage:${language}`));
});

test('a header can be written from a snippet in every language of scripts', () => {
  const headers = manifest.contributes.snippets.filter(({ path }) => !path.startsWith('./snippets/helpers-'));
  expect(headers.map(({ language }) => language)).toEqual([...SCRIPT_LANGUAGES]);
});

test('menus and key bindings call commands and submenus that exist', () => {
  const called = [...Object.values(menus).flat(), ...keybindings].flatMap(({ command }) => command ?? []);
  expect(called.filter((command) => !commandIds.includes(command))).toEqual([]);
  const opened = Object.values(menus).flatMap((items) => items.flatMap(({ submenu }) => submenu ?? []));
  const own = submenus.map(({ id }) => id);
  expect(new Set(opened)).toEqual(new Set(own));
  expect(own.filter((id) => !menus[id])).toEqual([]);
});

test('welcome texts are for views that exist', () => {
  expect(viewsWelcome.map(({ view }) => view).filter((view) => !viewIds.includes(view))).toEqual([]);
});

test('the walkthrough of the code and of the manifest is the same', () => {
  const [only] = walkthroughs;
  expect(walkthroughs.length).toBe(1);
  expect(WALKTHROUGH_ID).toBe(`${manifest.publisher}.${manifest.name}#${only?.id}`);
});

function sorted(values: readonly string[]): string[] {
  return [...values].sort();
}

/** All of the extension's code but one file. */
function sourcesBut(file: string): string {
  const files = readdirSync('src/vscode', { recursive: true, encoding: 'utf8' });
  return files
    .filter((path) => path.endsWith('.ts') && path !== file)
    .map((path) => readText(`src/vscode/${path}`))
    .join('\n');
}
