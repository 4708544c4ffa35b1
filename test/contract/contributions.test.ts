import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS, CONTEXT_KEYS, SETTINGS, VIEW_CONTAINER, VIEWS } from '../../src/vscode/contributions.ts';

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category: string;
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface View {
  readonly id: string;
  readonly icon?: string;
}

interface Setting {
  readonly scope?: string;
  readonly default?: unknown;
  readonly markdownDescription?: string;
}

interface Manifest {
  readonly icon: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly View[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const { commands, menus, views, viewsContainers, viewsWelcome, configuration } = manifest.contributes;
const menuItems = Object.values(menus).flat();
const clauses = [...menuItems, ...viewsWelcome].flatMap(({ when }) => when ?? []);

test('commands of the code and of the manifest are the same', () => {
  expect(commands.map(({ command }) => command).sort()).toEqual(Object.values(COMMANDS).sort());
});

test('views of the code and of the manifest are the same', () => {
  expect(Object.keys(views)).toEqual([VIEW_CONTAINER]);
  expect(viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
  expect((views[VIEW_CONTAINER] ?? []).map(({ id }) => id).sort()).toEqual(Object.values(VIEWS).sort());
});

test('settings of the code and of the manifest are the same', () => {
  expect(Object.keys(configuration.properties).sort()).toEqual(Object.values(SETTINGS).sort());
});

test('context keys of the code are used, and no others of ours', () => {
  const ours = clauses.flatMap((clause) => clause.match(/(?<![\w.])cronium\.\w+(?![\w.(])/g) ?? []);
  const viewIds: readonly string[] = Object.values(VIEWS);
  const keys = new Set(ours.filter((name) => !viewIds.includes(name)));
  expect([...keys].sort()).toEqual(Object.values(CONTEXT_KEYS).sort());
});

test('every command has our category and a title without it', () => {
  const wrong = commands.filter(({ category, title }) => category !== 'Cronium' || /cronium/i.test(title));
  expect(wrong).toEqual([]);
});

test('menus and welcome texts name commands and views that exist', () => {
  const known: readonly string[] = Object.values(COMMANDS);
  expect(menuItems.map(({ command }) => command).filter((command) => !known.includes(command))).toEqual([]);
  const linked = viewsWelcome.flatMap(({ contents }) => contents.match(/command:cronium\.\w+/g) ?? []);
  expect(linked.map((link) => link.slice('command:'.length)).filter((command) => !known.includes(command))).toEqual([]);
  const viewIds: readonly string[] = Object.values(VIEWS);
  expect(viewsWelcome.map(({ view }) => view).filter((view) => !viewIds.includes(view))).toEqual([]);
});

test('commands that need a row of a tree are not in the palette', () => {
  const hidden = (menus.commandPalette ?? []).filter(({ when }) => when === 'false').map(({ command }) => command);
  expect(hidden.sort()).toEqual([COMMANDS.openScript, COMMANDS.runEvent, COMMANDS.runHere].sort());
});

test('a row has at most three inline actions', () => {
  const inline = (menus['view/item/context'] ?? []).filter(({ group }) => group?.startsWith('inline'));
  for (const view of Object.values(VIEWS)) {
    expect(inline.filter(({ when }) => when?.includes(view)).length).toBeLessThanOrEqual(3);
  }
});

test('settings that decide about servers and keys are of the machine, and restricted', () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  expect([...restricted].sort()).toEqual(Object.keys(configuration.properties).sort());
  const loose = Object.values(configuration.properties).filter(
    (setting) => setting.scope !== 'machine' || setting.default === undefined || !setting.markdownDescription,
  );
  expect(loose).toEqual([]);
});

test('views and the package have icons that exist', () => {
  const paths = [manifest.icon, ...viewsContainers.activitybar.map(({ icon }) => icon)];
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect((views[VIEW_CONTAINER] ?? []).filter(({ icon }) => !icon)).toEqual([]);
});
