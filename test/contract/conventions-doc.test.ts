import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS, SETTINGS } from '../../src/vscode/contributions.ts';
import { manifest, readText, root } from './manifest.ts';

interface Line {
  readonly number: number;
  readonly what: string;
  readonly evidence: string;
}

/** The features that an extension of this kind must have, by their numbers. */
const MUST = [
  1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 16, 18, 19, 20, 21, 22, 24, 26, 27, 28, 29, 30, 33, 34, 35, 36, 37, 38, 39,
  40, 43, 44, 45, 47, 48, 49, 50, 51, 52, 53, 54, 56, 57, 58, 59, 60, 61, 64, 65, 66, 67, 68, 70, 71, 72, 73, 74, 75,
  76, 77, 78, 80, 81, 82, 83, 84, 85, 87, 89, 90, 91, 93, 96,
];

/** Words in code that name nothing of ours. */
const FOREIGN = ['.git', 'IdentityAgent', 'SSH_AUTH_SOCK'];

const FILE = /^(?:(?:docs|media|runner|scripts|src|test)\/[\w./-]+|package\.json|\.vscodeignore|[A-Z]+(?:\.md)?)$/;
const NAME = /^[A-Za-z]\w*(?:\.\w+)?$/;
const OURS: readonly string[] = [...Object.values(COMMANDS), ...Object.values(SETTINGS)];

const text = readText('docs/conventions.md');
const [conventions = '', features = ''] = text.split('\n## What an extension of this kind must have\n');

test('every convention and every feature has its line, once', () => {
  expect(linesOf(conventions).map(({ number }) => number)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
  expect(linesOf(features).map(({ number }) => number)).toEqual(MUST);
});

test('a line names what shows it, or says honestly what is missing', () => {
  const bare = linesOf(text).filter(
    ({ what, evidence }) => what === '' || !/`|\*Not (?:yet|needed)\.\*/.test(evidence),
  );
  expect(bare).toEqual([]);
});

test('files, symbols, tests, settings and pictures that are named exist', () => {
  expect(linesOf(text).flatMap(problemsOf)).toEqual([]);
});

test('every picture of the documents is in the dark and in the light theme', () => {
  const named = [...text.matchAll(/docs\/images\/([\w-]+)-(?:dark|light)\.png/g)].map(([, name]) => name ?? '');
  const there = readdirSync(join(root, 'docs/images'));
  const wanted = [...new Set(named)].flatMap((name) => [`${name}-dark.png`, `${name}-light.png`]);
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter((name) => !there.includes(name))).toEqual([]);
});

function linesOf(part: string): Line[] {
  return [...part.matchAll(/^\| (\d+) \| (.*?) \| (.*) \|$/gm)].map(([, number, what = '', evidence = '']) => ({
    number: Number(number),
    what,
    evidence,
  }));
}

/** What a line names: files, and behind each what is to be found in it. */
function problemsOf({ number, evidence }: Line): string[] {
  const problems: string[] = [];
  let file: string | undefined;
  for (const [, code, title] of evidence.matchAll(/`([^`]+)`|“([^”]+)”/g)) {
    if (code !== undefined && FILE.test(code) && !FOREIGN.includes(code)) {
      file = code;
      if (!existsSync(join(root, code))) problems.push(`${number}: there is no ${code}`);
    } else if (code !== undefined && !FOREIGN.includes(code) && !OURS.includes(code)) {
      if (file === undefined || !has(file, code)) problems.push(`${number}: ${file} has no ${code}`);
    } else if (title !== undefined && (file === undefined || !readText(file).includes(title))) {
      problems.push(`${number}: ${file} has no test “${title}”`);
    }
  }
  return problems;
}

function has(file: string, name: string): boolean {
  if (file === 'package.json') return valueAt(manifest, name.split('.')) !== undefined;
  if (!existsSync(join(root, file)) || !NAME.test(name)) return false;
  const [symbol = '', member] = name.split('.');
  const source = readText(file);
  const declared = file.endsWith('.go')
    ? new RegExp(`^(?:func|type) ${symbol}\\b`, 'm')
    : new RegExp(`^export (?:async )?(?:function\\*?|class|const|interface|type) ${symbol}\\b`, 'm');
  return declared.test(source) && (member === undefined || new RegExp(`\\b${member}\\b`).test(source));
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return typeof value === 'object' && value !== null
    ? valueAt((value as Readonly<Record<string, unknown>>)[key], rest)
    : undefined;
}
