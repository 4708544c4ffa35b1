// Writes docs/reference.md: the commands, key bindings and settings of the extension, as package.json has them.
import { readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

const TARGET = 'docs/reference.md';

/** Where a menu is, as a person looks for it. Menus of rows are named by the views they are of. */
const PLACES = {
  'editor/title': 'run document',
  'editor/title/run': 'Run button of the editor',
  'editor/title/context': 'tab',
  'editor/context': 'editor',
  'explorer/context': 'Explorer',
  'file/newFile': 'New File…',
};

const SCOPES = {
  application: 'user',
  machine: 'user, of this machine',
  'machine-overridable': 'user, of this machine; workspace',
  window: 'user, workspace',
  resource: 'user, workspace, folder',
  'language-overridable': 'user, workspace, folder, language',
};

/** The text of the reference. */
export function referenceText(manifest, words) {
  const { contributes } = manifest;
  const shown = (text) => text.replace(/^%(.+)%$/, (_, key) => words[key] ?? text);
  const parts = [
    '# Reference',
    'Generated from `package.json` by `npm run reference`. Settings and commands of Cronium for VS Code; what the `cronium` command takes is told by `cronium --help`.',
    '## Commands',
    'In the palette, each has `Cronium:` before its title.',
    table(
      ['command', 'id', 'found in', 'key'],
      contributes.commands.map(({ command, title }) => [
        shown(title),
        code(command),
        placesOf(command, contributes, shown).join(', '),
        contributes.keybindings.flatMap((one) => (one.command === command ? keysOf(one) : [])).join(', '),
      ]),
    ),
    '## Settings',
    'Values of a workspace count where "set by" says so, and in an untrusted workspace only for those that merely change how things look.',
    ...contributes.configuration.flatMap(({ title, properties }) => [
      `### ${shown(title)}`,
      table(
        ['setting', 'default', 'set by', 'meaning'],
        Object.entries(properties).map(([name, setting]) => [
          code(name),
          code(JSON.stringify(setting.default)),
          SCOPES[setting.scope],
          [unlinked(shown(setting.markdownDescription)), ...choices(setting, shown)].join('<br>'),
        ]),
      ),
    ]),
    ...tasks(contributes.taskDefinitions ?? [], shown),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The Settings editor makes a link of `#name#`. */
function unlinked(description) {
  return description.replace(/#(cronium\.[\w.]+)#/g, '$1');
}

function placesOf(command, { menus, views, submenus }, shown) {
  const hidden = (menus.commandPalette ?? []).some((item) => item.command === command && item.when === 'false');
  const places = hidden ? [] : ['palette'];
  for (const [menu, items] of Object.entries(menus)) {
    const own = items.filter((item) => item.command === command);
    if (own.length === 0 || menu === 'commandPalette') continue;
    if (menu === 'view/title' || menu === 'view/item/context') {
      for (const { id, name } of Object.values(views).flat()) {
        if (own.some(({ when }) => namesView(when, id))) places.push(`${shown(name)} view`);
      }
    } else if (submenus.some(({ id }) => id === menu)) {
      const holders = Object.entries(menus).filter(([, all]) => all.some(({ submenu }) => submenu === menu));
      places.push(...holders.map(([holder]) => `${PLACES[holder]} › Cronium`));
    } else {
      places.push(PLACES[menu] ?? menu);
    }
  }
  return [...new Set(places)];
}

/** A clause names one view, or several by a pattern of their ids. */
function namesView(when = '', id) {
  const pattern = /\bview =~ \/((?:[^/\\]|\\.)+)\//.exec(when)?.[1];
  return pattern ? new RegExp(pattern).test(id) : when.includes(`view == ${id}`);
}

function keysOf({ key, mac }) {
  return [code(key), ...(mac ? [`${code(mac)} (macOS)`] : [])];
}

function choices({ enum: values = [], markdownEnumDescriptions = [] }, shown) {
  return values.map((value, index) => `${code(value)}: ${shown(markdownEnumDescriptions[index] ?? '')}`);
}

function tasks(definitions, shown) {
  return definitions.flatMap(({ type, properties = {}, required = [] }) => [
    `## Tasks of the type \`${type}\``,
    table(
      ['property', 'meaning'],
      Object.entries(properties).map(([name, { description = '' }]) => [
        `${code(name)}${required.includes(name) ? ' (needed)' : ''}`,
        shown(description),
      ]),
    ),
  ]);
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text) {
  return `\`${text}\``;
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [manifest, words] = await Promise.all(
    ['package.json', 'package.nls.json'].map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
  );
  await writeFile(TARGET, referenceText(manifest, words));
}
