import { expect, test } from 'vitest';
import { LOCAL } from '../../src/domain/server.ts';
import { COMMANDS, VIEWS } from '../../src/vscode/contributions.ts';
import { isRow } from '../../src/vscode/views/row.ts';
import { findVerb, type HelperDialect } from '../../src/workspace/helper-verbs.ts';
import { manifest, readJson, readText, shown } from './manifest.ts';
import { holds } from './when.ts';

interface Link {
  readonly label: string;
  readonly command: string;
  /** It stands alone on its line, which makes it a button. */
  readonly isButton: boolean;
  readonly argument?: string;
}

const { viewsWelcome, walkthroughs, snippets } = manifest.contributes;
const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const pictures = steps.map(({ media }) => media.svg ?? '');

/** Commands of the editor that our texts may call. */
const EDITOR_COMMANDS = ['vscode.openFolder', 'workbench.action.quickOpen', 'workbench.trust.manage'];

/** Colours that every theme has, also those of high contrast; others need one of these, or nothing, to stand in. */
const SURE_COLOURS = [
  'charts-blue',
  'charts-purple',
  'descriptionForeground',
  'editor-background',
  'errorForeground',
  'focusBorder',
  'foreground',
  'sideBar-background',
  'testing-iconPassed',
];

const known: readonly string[] = [
  ...Object.values(COMMANDS),
  ...Object.values(VIEWS).map((view) => `${view}.focus`),
  ...EDITOR_COMMANDS,
];

test('welcome texts: one for each state of a view, with one button', () => {
  for (const view of Object.values(VIEWS)) {
    for (const workspaceFolderCount of [0, 1]) {
      for (const isWorkspaceTrusted of [true, false]) {
        const context = { workspaceFolderCount, isWorkspaceTrusted };
        const state = `${view} ${JSON.stringify(context)}`;
        const texts = viewsWelcome.filter((text) => text.view === view && holds(text.when, context));
        expect(texts.length, state).toBe(1);
        for (const { contents } of texts) {
          expect(linksIn(contents).filter(({ isButton }) => isButton).length, state).toBe(1);
        }
      }
    }
  }
});

test('welcome texts: nothing that needs trust is offered without it', () => {
  const trusting = manifest.contributes.commands.flatMap(({ command, enablement }) => (enablement ? command : []));
  const untrusted = viewsWelcome.filter(
    ({ when }) => !holds(when, { isWorkspaceTrusted: true, workspaceFolderCount: 1 }),
  );
  const offered = untrusted.filter(({ when }) => holds(when, { workspaceFolderCount: 1 }));
  expect(offered.length).toBeGreaterThan(0);
  expect(
    offered.flatMap(({ contents }) => linksIn(contents)).filter(({ command }) => trusting.includes(command)),
  ).toEqual([]);
});

test('welcome texts are plain but for links: the view shows no other markup', () => {
  expect(viewsWelcome.map(({ contents }) => textOf(contents)).filter((text) => /[`*]|<\w/.test(text))).toEqual([]);
});

test('walkthrough: texts have no markup but bold words: the page shows no other', () => {
  expect(
    steps.map(({ description }) => textOf(description)).filter((text) => /[`_]|(?<!\*)\*(?!\*)|<\w/.test(text)),
  ).toEqual([]);
});

test('links say where they lead, and call commands that exist', () => {
  const links = [
    ...viewsWelcome.map(({ contents }) => contents),
    ...steps.map(({ description }) => description),
  ].flatMap(linksIn);
  expect(links.length).toBeGreaterThan(15);
  expect(links.filter(({ command }) => !known.includes(command))).toEqual([]);
  expect(links.filter(({ label }) => /^(here|this|more|read more|learn more)$/i.test(label))).toEqual([]);
  expect(links.filter(({ label, isButton }) => isButton && !/^[A-Z]/.test(label))).toEqual([]);
});

test('what is offered to be tried on this machine is handed over as its row', () => {
  const links = [
    ...viewsWelcome.map(({ contents }) => contents),
    ...steps.map(({ description }) => description),
  ].flatMap(linksIn);
  const tries = links.filter(({ argument }) => argument !== undefined);
  expect(tries.length).toBeGreaterThan(0);
  for (const { command, argument } of tries) {
    const [row] = JSON.parse(decodeURIComponent(argument ?? '')) as unknown[];
    expect(command).toBe(COMMANDS.runHere);
    expect(isRow(row) && row.target).toEqual({ kind: 'server', name: LOCAL.name });
  }
});

test('walkthrough: one, of at most six steps', () => {
  expect(walkthroughs.length).toBe(1);
  expect(steps.length).toBeGreaterThanOrEqual(4);
  expect(steps.length).toBeLessThanOrEqual(6);
});

test('walkthrough: each step has one button, which completes it', () => {
  for (const { id, description, completionEvents = [] } of steps) {
    const buttons = linksIn(description).filter(({ isButton }) => isButton);
    expect(buttons.length, id).toBe(1);
    expect(completionEvents, id).toContain(`onCommand:${buttons[0]?.command}`);
  }
});

test('walkthrough: steps are completed by commands and views that exist', () => {
  const events = steps.flatMap(({ completionEvents = [] }) => completionEvents);
  const possible = [
    ...known.map((command) => `onCommand:${command}`),
    ...Object.values(VIEWS).map((view) => `onView:${view}`),
  ];
  expect(events.filter((event) => !possible.includes(event))).toEqual([]);
});

test('walkthrough: pictures are described, and take all their colours from the theme', () => {
  expect(steps.filter(({ media }) => !media.svg || (shown(media.altText ?? '') ?? '').length < 20)).toEqual([]);
  for (const picture of pictures) {
    const svg = readText(picture);
    const colours = [...svg.matchAll(/\b(?:fill|stroke)="([^"]*)"/g)].map(([, colour]) => colour ?? '');
    expect(colours.length, picture).toBeGreaterThan(10);
    expect(
      colours.filter((colour) => colour !== 'none' && !isThemed(colour)),
      picture,
    ).toEqual([]);
    // The editor's content policy would drop styles, and what is fetched.
    expect(svg, picture).not.toMatch(/<style|style=|<script|href=|url\(|#[0-9a-f]{3,8}\b(?! )/i);
  }
});

test('snippets: a header in the comment of its language', () => {
  const marks: Readonly<Record<string, string>> = { javascript: '//', php: '//', groovy: '//', lua: '--' };
  for (const { language, path } of snippets.filter((each) => !isOfHelpers(each))) {
    const mark = marks[language] ?? '#';
    for (const { prefix, body } of Object.values(
      readJson(path) as Record<string, { prefix: string; body: string[] }>,
    )) {
      expect(prefix, language).toBe(`${mark} cronium`);
      expect(body[0], language).toBe(`${mark} cronium:`);
      expect(
        body.slice(1, -1).filter((line) => !line.startsWith(`${mark}   `)),
        language,
      ).toEqual([]);
    }
  }
});

test('snippets: the verbs of helpers in every language that has their completion', () => {
  const helpers = snippets.filter(isOfHelpers);
  expect(helpers.map(({ language }) => language)).toEqual([
    'shellscript',
    'zsh',
    'fish',
    'python',
    'javascript',
    'typescript',
  ]);
  for (const { language, path } of helpers) {
    const [snippet, ...others] = Object.values(readJson(path) as Record<string, { prefix: string; body: string[] }>);
    expect([snippet?.prefix, others], language).toEqual(['cronium.helpers', []]);
    const dialect = { python: 'python', javascript: 'node', typescript: 'node' }[language] ?? 'shell';
    const called = (snippet?.body ?? []).flatMap((line) =>
      [...line.matchAll(/cronium\.(\w+)/g)].map(([, verb]) => verb),
    );
    expect(called.length, language).toBe(4);
    expect(
      called.filter((verb) => !findVerb(verb ?? '', dialect as HelperDialect)),
      language,
    ).toEqual([]);
  }
});

function isOfHelpers({ path }: { readonly path: string }): boolean {
  return path.startsWith('./snippets/helpers-');
}

function linksIn(text: string): Link[] {
  return (shown(text) ?? '').split('\n').flatMap((line) =>
    [...line.matchAll(/\[([^\]]+)\]\(command:(?:toSide:)?([\w.]+)(?:\?([^)]+))?\)/g)].map(
      ([all, label = '', command = '', argument]) => ({
        label,
        command,
        isButton: all === line,
        ...(argument === undefined ? {} : { argument }),
      }),
    ),
  );
}

function isThemed(colour: string): boolean {
  const [, name = '', other] = /^var\(--vscode-([\w-]+)(?:, (.+))?\)$/.exec(colour) ?? [];
  if (SURE_COLOURS.includes(name) || (name !== '' && other === 'transparent')) return true;
  // Borders: the contrast border is there in the themes of high contrast, the guides of trees in all others.
  if (name === 'contrastBorder' && other === 'var(--vscode-tree-indentGuidesStroke)') return true;
  return other !== undefined && isThemed(other);
}

/** A text without its links. */
function textOf(text: string): string {
  return (shown(text) ?? '').replace(/\]\([^)]*\)/g, ']');
}
