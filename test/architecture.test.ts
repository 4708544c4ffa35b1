import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** What each folder of `src/` may import: folders (their doors or their files) and npm packages. `domain` and `base` are for all. */
const TABLE: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> = {
  base: { folders: [], packages: [] },
  domain: { folders: ['base'], packages: [] },
  workspace: { folders: [], packages: ['js-yaml'] },
  payload: { folders: [], packages: ['tar', 'fflate', 'picomatch', 'ignore'] },
  transport: { folders: [], packages: ['ssh2'] },
  runner: { folders: [], packages: [] },
  helpers: { folders: [], packages: ['jose'] },
  store: { folders: [], packages: ['better-sqlite3'] },
  execution: { folders: ['transport', 'runner', 'helpers'], packages: ['p-limit'] },
  app: {
    folders: ['workspace', 'payload', 'transport', 'runner', 'helpers', 'store', 'execution'],
    packages: [],
  },
  cli: { folders: ['app'], packages: ['commander'] },
  vscode: { folders: ['app'], packages: ['vscode'] },
};

/** Floor 1 files that a shell may use directly: the port of the person who answers questions. */
const SHELL_EXTRAS: Readonly<Record<string, readonly string[]>> = {
  cli: ['transport/transport.ts'],
  vscode: ['transport/transport.ts'],
};

/** Built-in modules that open a door of their own. */
const NODE_ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['transport', 'app', 'cli'],
  'node:net': ['transport'],
  'node:http': ['helpers'],
};

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

test('every import obeys the table of the house', () => {
  const violations: string[] = [];
  for (const file of files) {
    const folder = file.split('/')[0] ?? '';
    const row = TABLE[folder];
    if (!row) {
      violations.push(`${file}: the folder "${folder}" is not in the table`);
      continue;
    }
    for (const target of importsOf(file)) {
      const problem = check(folder, file, target, row);
      if (problem) violations.push(`${file}: ${problem}`);
    }
  }
  expect(violations).toEqual([]);
});

test('no file is past 300 lines', () => {
  const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 301);
  expect(long).toEqual([]);
});

test('no file has a name that says nothing', () => {
  const vague = /(^|\/)(utils?|helpers?|common|types|constants|index|misc)\.ts$/;
  expect(files.filter((file) => vague.test(file))).toEqual([]);
});

function check(folder: string, file: string, target: string, row: (typeof TABLE)[string]): string | undefined {
  if (target.startsWith('node:')) {
    const only = NODE_ONLY_IN[target];
    return only && !only.includes(folder) ? `imports ${target}, which belongs to ${only.join(' and ')}` : undefined;
  }
  if (!target.startsWith('.')) {
    const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? target);
    return row.packages.includes(name) ? undefined : `imports the package "${name}"`;
  }
  const path = relative(src, resolve(src, dirname(file), target));
  const other = path.split('/')[0] ?? '';
  if (other === folder || other === 'base') return undefined;
  if (other === 'domain' && folder !== 'base') return undefined;
  if (row.folders.includes(other) || SHELL_EXTRAS[folder]?.includes(path)) return undefined;
  return `imports ${path}`;
}

/** The targets of a file's `import … from`, `export … from` and `import(…)`. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}
