import type { EventDocument, Position } from './document.ts';
import { HELPER_VERBS, type HelperDialect } from './helper-verbs.ts';
import { type Range, splitLines } from './source.ts';

/** Names of the modules that are no verbs. */
const MORE_NAMES: Readonly<Record<Exclude<HelperDialect, 'shell'>, readonly string[]>> = {
  python: ['get_version', 'CroniumError'],
  node: ['getVersion', 'CroniumError'],
};

/** A list of names is not longer. */
const MAX_LINES = 20;

const LISTS = {
  python: {
    before: /(?:^|\n)[ \t]*from[ \t]+cronium[ \t]+import[ \t]+(?:\(([^()]*)|([^\n()]*))$/,
    // What follows is not looked at: the module stands in front.
    after: /^/,
  },
  node: {
    before: /\b(?:const|let|var|import)[ \t]*\{([^{}]*)$/,
    after: /^[^{}]*\}\s*(?:from\s*|=\s*(?:require|await\s+import)\s*\(\s*)["']cronium["']/,
  },
} as const;

/** What is imported from the module `cronium`, where the cursor stands in the list of names. */
export interface ImportCursor {
  readonly range: Range;
  /** Names that the list has already. */
  readonly listed: readonly string[];
}

/** The list of imported names that is being written at a position; undefined where none is. */
export function importCursor(
  document: EventDocument,
  { line, column }: Position,
  dialect: HelperDialect,
): ImportCursor | undefined {
  if (dialect === 'shell') return undefined;
  const lines = splitLines(document.text);
  const raw = lines[line - 1] ?? '';
  const before = [...lines.slice(Math.max(0, line - 1 - MAX_LINES), line - 1), raw.slice(0, column - 1)].join('\n');
  const after = [raw.slice(column - 1), ...lines.slice(line, line + MAX_LINES)].join('\n');
  const list = LISTS[dialect];
  const found = list.before.exec(before);
  const written = found?.[1] ?? found?.[2];
  if (written === undefined || !list.after.test(after)) return undefined;
  const word = /(?:^|,)\s*(\w*)$/.exec(written)?.[1];
  if (word === undefined) return undefined;
  const rest = /^\w*/.exec(after)?.[0].length ?? 0;
  const behind = (dialect === 'node' ? /^[^{}]*/ : /^[^()\n]*/).exec(after.slice(rest))?.[0] ?? '';
  return {
    range: { line, column: column - word.length, endColumn: column + rest },
    listed: namesOf(`${written.slice(0, written.length - word.length)},${behind}`),
  };
}

/** The names that the module has, as a list may import them. */
export function importableNames(dialect: Exclude<HelperDialect, 'shell'>): readonly string[] {
  return [...HELPER_VERBS.map(({ forms }) => forms[dialect].name), ...MORE_NAMES[dialect]];
}

/** What a script has imported from the module, and calls without `cronium.` in front. */
export function importedNames({ text }: EventDocument, dialect: HelperDialect): readonly string[] {
  if (dialect === 'shell') return [];
  const lists =
    dialect === 'python'
      ? text.matchAll(/^[ \t]*from[ \t]+cronium[ \t]+import[ \t]+(?:\(([^()]*)\)|([^\n()]*))/gm)
      : text.matchAll(/\{([^{}]*)\}\s*(?:from\s*|=\s*(?:require|await\s+import)\s*\(\s*)["']cronium["']/g);
  return [...lists].flatMap(([, one, other]) => namesOf(one ?? other ?? ''));
}

/** The first word of each entry: `a as b` and `a: b` are called by another name then. */
function namesOf(list: string): string[] {
  return list.split(',').flatMap((entry) => /^\s*(\w+)\s*$/.exec(entry)?.[1] ?? []);
}
