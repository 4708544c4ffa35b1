import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type MenuItem, manifest, readText, type Setting, shown } from './manifest.ts';
import { rowKinds } from './row-kinds.ts';
import { holds } from './when.ts';

const { commands, menus, keybindings, views, viewsContainers, configuration } = manifest.contributes;
const allViews = Object.values(views).flat();
const settings: readonly (readonly [string, Setting])[] = configuration.flatMap(({ properties }) =>
  Object.entries(properties),
);
const palette = menus.commandPalette ?? [];
const rowItems = menus['view/item/context'] ?? [];

/** Settings that decide how things look, not what runs where. */
const HARMLESS = [
  'cronium.codeLens.enabled',
  'cronium.logs.mode',
  'cronium.onSave.reveal',
  'cronium.run.notify',
  'cronium.run.reveal',
];

/** Commands of rows that ask which one is meant when they are called without a row. */
const ASKING = [
  'cronium.cancelRun',
  'cronium.checkHealth',
  'cronium.cleanServer',
  'cronium.connectServer',
  'cronium.deployRunner',
  'cronium.openRun',
  'cronium.openTerminal',
  'cronium.rerunFailed',
  'cronium.showLog',
];

/** Combinations with R that the editor uses itself, on any system. */
const TAKEN_KEYS = ['alt+r', 'cmd+alt+r', 'cmd+r', 'cmd+shift+r', 'ctrl+r', 'ctrl+shift+r', 'shift+alt+r'];

/** What the editor sets where a menu of rows is opened. */
const ROW_CONTEXT = { isWorkspaceTrusted: true, workspaceFolderCount: 1, listDoubleSelection: true };

test('commands: the category is ours and once, the title is a short phrase', () => {
  const wrong = commands.filter(({ category, title }) => {
    const text = shown(title) ?? '';
    return category !== 'Cronium' || /cronium/i.test(text) || !/^[A-Z][\w -]*\w…?$/.test(text) || text.length > 45;
  });
  expect(wrong).toEqual([]);
});

test('commands: icons are product icons', () => {
  const icons = [...commands, ...allViews].flatMap(({ icon }) => (icon === undefined ? [] : [icon]));
  expect(icons.filter((icon) => typeof icon !== 'string' || !/^\$\([a-z][a-z-]+\)$/.test(icon))).toEqual([]);
});

test('palette: a command is spoken of once, and what needs trust is not offered without', () => {
  const named = palette.map(({ command }) => command);
  expect(named.filter((command, index) => named.indexOf(command) !== index)).toEqual([]);
  const trusting = commands.flatMap(({ command, enablement }) => (enablement === 'isWorkspaceTrusted' ? command : []));
  const untrusted = { editorIsOpen: true, editorHasSelection: true, workspaceFolderCount: 1 };
  const offered = trusting.filter((command) => {
    const item = palette.find((one) => one.command === command);
    return !item || holds(item.when, untrusted);
  });
  expect(offered).toEqual([]);
});

test('palette: commands of rows are hidden, but for those that ask', () => {
  const elsewhere = Object.entries(menus)
    .filter(([menu]) => menu !== 'view/item/context' && menu !== 'commandPalette')
    .flatMap(([, items]) => items.map(({ command }) => command));
  const ofRows = new Set(rowItems.map(({ command }) => command).filter((command) => !elsewhere.includes(command)));
  const hidden = palette.flatMap(({ when, command }) => (when === 'false' ? [command] : []));
  expect([...ofRows].filter((command) => !hidden.includes(command)).sort()).toEqual(ASKING);
  expect(hidden.filter((command) => !ofRows.has(command))).toEqual([]);
});

test('rows: each kind has at most three inline actions, each with an icon', () => {
  const icons = new Set(commands.flatMap(({ command, icon }) => (icon === undefined ? [] : [command])));
  for (const [view, kinds] of Object.entries(rowKinds)) {
    for (const kind of kinds) {
      const inline = itemsOf(view, kind).filter(({ group }) => group?.startsWith('inline'));
      expect(inline.length, `"${kind}" of ${view}`).toBeLessThanOrEqual(3);
      expect(inline.filter(({ command }) => !icons.has(command ?? ''))).toEqual([]);
    }
  }
});

test('rows: every menu item is for a kind of row, and what is inline is in the context menu too', () => {
  const all = Object.entries(rowKinds).flatMap(([view, kinds]) => kinds.map((kind) => itemsOf(view, kind)));
  expect(rowItems.filter((item) => !all.some((items) => items.includes(item)))).toEqual([]);
  const alone = all.flatMap((items) =>
    items.filter(
      ({ command, group }) =>
        group?.startsWith('inline') && !items.some((other) => other.command === command && other.group !== group),
    ),
  );
  expect(alone).toEqual([]);
});

test('rows: a menu says a command once', () => {
  for (const [view, kinds] of Object.entries(rowKinds)) {
    for (const kind of kinds) {
      const named = itemsOf(view, kind).flatMap(({ command, group }) => (group?.startsWith('inline') ? [] : command));
      expect(new Set(named).size, `"${kind}" of ${view}`).toBe(named.length);
    }
  }
});

test('menus: groups have names of the platform and an order', () => {
  const wrong = Object.entries(menus)
    .filter(([menu]) => menu !== 'commandPalette' && menu !== 'file/newFile')
    .flatMap(([, items]) => items.filter(({ group }) => !/^(navigation|inline|\d_\w+)@\d+$/.test(group ?? '')));
  expect(wrong).toEqual([]);
});

test('menus: where files of all kinds are, an entry says for which it is', () => {
  const places = ['editor/title', 'editor/title/run', 'editor/title/context', 'editor/context', 'explorer/context'];
  const loose = places.flatMap((place) =>
    (menus[place] ?? []).filter(({ when }) => holds(when, { isWorkspaceTrusted: true })),
  );
  expect(loose).toEqual([]);
  const context = ['editor/title/context', 'editor/context', 'explorer/context'];
  expect(context.flatMap((place) => (menus[place] ?? []).filter(({ submenu }) => submenu === undefined))).toEqual([]);
});

test('menus: an editor has at most one icon of ours in its title', () => {
  for (const scheme of ['file', 'cronium-run']) {
    const context = { isWorkspaceTrusted: true, resourceScheme: scheme, resourceLangId: 'shellscript' };
    const icons = (menus['editor/title'] ?? []).filter(
      ({ group, when }) => group?.startsWith('navigation') && holds(when, context),
    );
    expect(icons.length).toBeLessThanOrEqual(1);
  }
});

test('menus: the title of a view has at most three icons', () => {
  for (const { id } of allViews) {
    const icons = (menus['view/title'] ?? []).filter(
      ({ group, when }) => group?.startsWith('navigation') && holds(when, { ...ROW_CONTEXT, view: id }),
    );
    expect(icons.length, id).toBeLessThanOrEqual(3);
  }
});

test('key bindings: few, with a place where they hold, and none that the editor has', () => {
  expect(keybindings.length).toBeLessThanOrEqual(2);
  expect(keybindings.filter(({ when }) => !when || holds(when, {}))).toEqual([]);
  const keys = keybindings.flatMap(({ key, mac }) => [key, mac ?? key]);
  expect(keys.filter((key) => TAKEN_KEYS.includes(key))).toEqual([]);
});

test('settings: each has a type, a scope, a default and a description', () => {
  const wrong = settings.filter(
    ([, { type, scope, default: value, markdownDescription }]) =>
      type === undefined || scope === undefined || value === undefined || !markdownDescription,
  );
  expect(wrong.map(([name]) => name)).toEqual([]);
});

test('settings: choices are described one by one, objects say what else they take', () => {
  const wrong = settings.filter(
    ([, setting]) =>
      setting.enum?.length !== setting.markdownEnumDescriptions?.length ||
      (setting.type === 'object' && setting.additionalProperties === undefined),
  );
  expect(wrong.map(([name]) => name)).toEqual([]);
});

test('settings: descriptions link to settings that exist', () => {
  const names = settings.map(([name]) => name);
  const linked = settings.flatMap(([, { markdownDescription }]) =>
    [...(shown(markdownDescription ?? '') ?? '').matchAll(/#([\w.]+)#/g)].map(([, name]) => name ?? ''),
  );
  expect(linked.length).toBeGreaterThan(4);
  expect(linked.filter((name) => !names.includes(name))).toEqual([]);
});

test('settings: categories have short titles, and say neither "settings" nor our name', () => {
  const titles = configuration.map(({ title }) => shown(title) ?? '');
  expect(titles.filter((title) => title === '' || /settings|extension|configuration|cronium/i.test(title))).toEqual([]);
});

test('settings: all but those that are about looks are restricted in untrusted workspaces', () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  const names = settings.map(([name]) => name).filter((name) => !HARMLESS.includes(name));
  expect([...restrictedConfigurations].sort()).toEqual(names.sort());
});

test('settings: what names servers, files of this machine or what is deleted is no matter of a workspace', () => {
  const personal = settings.filter(([name]) =>
    /^cronium\.(servers|groups|history\..*|[a-zA-Z]+(File|Dir))$/.test(name),
  );
  expect(personal.length).toBe(8);
  expect(personal.filter(([, { scope }]) => scope !== 'application' && scope !== 'machine')).toEqual([]);
});

test('views: three to five in one container, with short names and icons', () => {
  expect(viewsContainers.activitybar.length).toBe(1);
  expect(allViews.length).toBeGreaterThanOrEqual(3);
  expect(allViews.length).toBeLessThanOrEqual(5);
  expect(allViews.filter(({ name, icon }) => !icon || (shown(name) ?? '').split(' ').length > 2)).toEqual([]);
});

test('inputs and lists say what is wanted, before anything is typed', () => {
  const files = readdirSync('src/vscode', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const asking = files.flatMap((file) => {
    const text = readText(`src/vscode/${file}`);
    const asks = [...text.matchAll(/\b(createInputBox|createQuickPick|showQuickPick|showInputBox)\b/g)];
    return asks.length === 0 ? [] : [{ file, says: /\bplaceholder\b|\bplaceHolder\b/.test(text) }];
  });
  expect(asking.length).toBeGreaterThan(8);
  expect(asking.filter(({ says }) => !says)).toEqual([]);
  // A box for logins is made in one place and used in two: each says what is typed there.
  expect(readText('src/vscode/host/prompts.ts').match(/box\.placeholder = /g)?.length).toBe(2);
});

test('no pages of our own, nothing that is counted or synchronised', () => {
  const files = readdirSync('src/vscode', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const odd = /createWebview|registerWebview|registerCustomEditor|telemetry|setKeysForSync|globalState\b/i;
  expect(files.filter((file) => odd.test(readText(`src/vscode/${file}`)))).toEqual([]);
});

function itemsOf(view: string, kind: string): readonly MenuItem[] {
  return rowItems.filter(({ when }) => holds(when, { ...ROW_CONTEXT, view, viewItem: kind }));
}
