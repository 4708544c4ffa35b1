import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `package.json` says to the editor, as far as the contract reads it. */
export interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly license: string;
  readonly main: string;
  readonly icon: string;
  readonly l10n?: string;
  readonly engines: { readonly vscode: string };
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly enabledApiProposals?: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: unknown; readonly description: string };
  };
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly submenus: readonly { readonly id: string; readonly label: string }[];
    readonly keybindings: readonly Keybinding[];
    readonly viewsContainers: { readonly activitybar: readonly Container[] };
    readonly views: Readonly<Record<string, readonly View[]>>;
    readonly viewsWelcome: readonly Welcome[];
    readonly configuration: readonly {
      readonly title: string;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
    readonly walkthroughs: readonly Walkthrough[];
    readonly snippets: readonly { readonly language: string; readonly path: string }[];
  };
}

export interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: unknown;
  readonly enablement?: string;
}

export interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Keybinding {
  readonly command: string;
  readonly key: string;
  readonly mac?: string;
  readonly when?: string;
}

export interface Container {
  readonly id: string;
  readonly title: string;
  readonly icon: string;
}

export interface View {
  readonly id: string;
  readonly name: string;
  readonly icon?: string;
  readonly when?: string;
}

export interface Welcome {
  readonly view: string;
  readonly contents: string;
  readonly when?: string;
}

export interface Setting {
  readonly type?: unknown;
  readonly scope?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly markdownDescription?: string;
}

export interface Walkthrough {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly completionEvents?: readonly string[];
    readonly media: { readonly svg?: string; readonly altText?: string };
  }[];
}

export const root = join(import.meta.dirname, '../..');

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}

export const manifest = readJson('package.json') as Manifest;

/** The texts of the manifest by their key. */
export const words = readJson('package.nls.json') as Readonly<Record<string, string>>;

/** A text of the manifest as a person sees it; undefined when its key leads nowhere. */
export function shown(text: string): string | undefined {
  const key = /^%(.+)%$/.exec(text)?.[1];
  return key === undefined ? text : words[key];
}

/** Every `when` clause and `enablement` of the manifest. */
export function clausesOf({ contributes }: Manifest): readonly string[] {
  const { commands, menus, keybindings, views, viewsWelcome } = contributes;
  return [
    ...[...Object.values(menus), keybindings, ...Object.values(views), viewsWelcome]
      .flat()
      .flatMap(({ when }) => when ?? []),
    ...commands.flatMap(({ enablement }) => enablement ?? []),
  ];
}
