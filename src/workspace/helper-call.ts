import type { EventDocument, Position } from './document.ts';
import { type ImportCursor, importCursor, importedNames } from './helper-import.ts';
import { findVerb, type HelperDialect, type HelperVerb } from './helper-verbs.ts';
import { type Range, splitLines } from './source.ts';

/** What is being written of a call at the cursor. */
export type HelperCursor =
  /** The verb; `isWhole`: the range begins with `cronium`, else behind the dot. */
  | {
      readonly at: 'verb';
      readonly range: Range;
      readonly isWhole: boolean;
      readonly isBare: boolean;
      readonly after: string;
    }
  /** The name that the verb takes; `quote`: what the text is begun with, empty for none. */
  | {
      readonly at: 'name';
      readonly range: Range;
      readonly verb: HelperVerb;
      readonly quote: string;
      readonly after: string;
    }
  /** An option of a command. */
  | { readonly at: 'option'; readonly range: Range; readonly verb: HelperVerb }
  | { readonly at: 'scope'; readonly range: Range }
  /** A name in the list of what is imported from the module. */
  | ({ readonly at: 'import' } & ImportCursor);

/** A longer line is no line of a person. */
const MAX_LINE = 1_000;

/** The languages of the editor, and the interpreters of shebangs. */
const DIALECTS: ReadonlyMap<string, HelperDialect> = new Map([
  ...['shellscript', 'sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish'].map((name) => [name, 'shell'] as const),
  ...['python', 'python3', 'py'].map((name) => [name, 'python'] as const),
  ...['javascript', 'typescript', 'node', 'deno', 'bun', 'js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map(
    (name) => [name, 'node'] as const,
  ),
]);

const SCOPE_OPTION = /(?:^|\s)--scope(?:=|\s+)["']?(\w*)$/;

/** How a script calls helpers: what its first line says, else the editor's language, else its extension. */
export function helperDialect({ path, text, languageId }: EventDocument): HelperDialect | undefined {
  const shebang = /^\ufeff?#!\s*(?:\S*\/)?([^/\s]+)(?:\s+(?:-S\s+)?([^\s-]\S*))?/.exec(text);
  const command = shebang?.[1] === 'env' ? shebang[2] : shebang?.[1];
  const extension = /\.(\w+)$/.exec(path)?.[1];
  return [command?.replace(/[\d.]+$/, ''), languageId, extension]
    .map((name) => DIALECTS.get(name ?? ''))
    .find((dialect) => dialect !== undefined);
}

/** What of a call is being written at a position; undefined where none is. */
export function helperCursor(
  document: EventDocument,
  { line, column }: Position,
  dialect: HelperDialect,
): HelperCursor | undefined {
  const raw = splitLines(document.text)[line - 1] ?? '';
  if (raw.length > MAX_LINE || isComment(raw, dialect)) return undefined;
  const before = raw.slice(0, column - 1);
  const after = raw.slice(column - 1);
  const rangeOf = (word: string, rest = /^\w*/): Range => {
    return { line, column: column - word.length, endColumn: column + (rest.exec(after)?.[0].length ?? 0) };
  };
  if (dialect === 'shell') return shellCursor(before, after, rangeOf);
  const list = importCursor(document, { line, column }, dialect);
  if (list) return { at: 'import', ...list };
  return moduleCursor(before, after, { dialect, rangeOf, imported: importedNames(document, dialect) });
}

/** The verb whose name stands at a position, with the range of the whole word. */
export function helperVerbAt(
  document: EventDocument,
  { line, column }: Position,
  dialect: HelperDialect,
): { readonly verb: HelperVerb; readonly range: Range } | undefined {
  const raw = splitLines(document.text)[line - 1] ?? '';
  if (raw.length > MAX_LINE || isComment(raw, dialect)) return undefined;
  for (const match of raw.matchAll(/(?<![\w./-])cronium(?:\.|[ \t]+)(\w+)/g)) {
    const [all, name = ''] = match;
    if (dialect !== 'shell' && !all.includes('.')) continue;
    const verb = findVerb(name, dialect);
    const range = { line, column: match.index + 1, endColumn: match.index + all.length + 1 };
    if (verb && range.column <= column && column <= range.endColumn) return { verb, range };
  }
  return importedVerbAt(document, { line, column }, dialect);
}

/** The verb that is imported by its name and stands there without `cronium.`. */
function importedVerbAt(
  document: EventDocument,
  { line, column }: Position,
  dialect: HelperDialect,
): { readonly verb: HelperVerb; readonly range: Range } | undefined {
  const raw = splitLines(document.text)[line - 1] ?? '';
  const before = /(?<![\w.])\w*$/.exec(raw.slice(0, column - 1))?.[0];
  const after = /^\w*/.exec(raw.slice(column - 1))?.[0] ?? '';
  const word = `${before}${after}`;
  const verb = importedNames(document, dialect).includes(word) ? findVerb(word, dialect) : undefined;
  if (before === undefined || !verb) return undefined;
  return { verb, range: { line, column: column - before.length, endColumn: column + after.length } };
}

/** The names of variables that a script speaks of, in their order. */
export function variableNamesIn(text: string): readonly string[] {
  const calls = text.matchAll(
    /\bcronium[. ](?:[gs]etVariable|[gs]et_variable)(?:\s*\(\s*|\s+)["']?([A-Za-z_][A-Za-z0-9_.-]{0,127})/g,
  );
  return [...new Set([...calls].map(([, name = '']) => name))];
}

type RangeOf = (word: string, rest?: RegExp) => Range;

function shellCursor(before: string, after: string, rangeOf: RangeOf): HelperCursor | undefined {
  const bare = /(?:^|[\s;|&(`!])([a-z]+)$/.exec(before)?.[1];
  if (bare !== undefined && 'cronium'.startsWith(bare)) {
    return { at: 'verb', range: rangeOf(bare, /^[\w.]*/), isWhole: true, isBare: true, after: '' };
  }
  const call = /(?<![\w./-])(cronium\.|cronium[ \t]+)(\w*)((?:[ \t][^;|&()`]*)?)$/.exec(before);
  const [, lead = '', name = '', rest = ''] = call ?? [];
  if (!call) return undefined;
  if (rest === '') {
    const isWhole = lead.endsWith('.');
    const range = rangeOf(isWhole ? `${lead}${name}` : name);
    return { at: 'verb', range, isWhole, isBare: false, after: after.replace(/^\w*/, '') };
  }
  const verb = findVerb(name, 'shell');
  if (!verb) return undefined;
  const scope = SCOPE_OPTION.exec(rest)?.[1];
  if (scope !== undefined) return { at: 'scope', range: rangeOf(scope) };
  const words = rest.trimStart().split(/[ \t]+/);
  const word = words.pop() ?? '';
  if (word.startsWith('-')) return { at: 'option', range: rangeOf(word, /^[\w-]*/), verb };
  if (positionals(words, verb) > 0) return undefined;
  const quote = /^["']/.exec(word)?.[0] ?? '';
  const begun = word.slice(quote.length);
  return { at: 'name', range: rangeOf(begun, /^[\w.\-[\]]*/), verb, quote, after };
}

/** How many of the words before the cursor are no options, nor values of options. */
function positionals(words: readonly string[], { options }: HelperVerb): number {
  let count = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) count++;
    else if (options.some(({ name, takes }) => name === word && takes !== undefined)) at++;
  }
  return count;
}

function moduleCursor(
  before: string,
  after: string,
  {
    dialect,
    rangeOf,
    imported,
  }: { readonly dialect: HelperDialect; readonly rangeOf: RangeOf; readonly imported: readonly string[] },
): HelperCursor | undefined {
  const verb = /(?<![\w.'"/])cronium\.(\w*)$/.exec(before)?.[1];
  if (verb !== undefined) {
    return { at: 'verb', range: rangeOf(verb), isWhole: false, isBare: false, after: after.replace(/^\w*/, '') };
  }
  const call = /(?<![\w.])(cronium\.)?(\w+)\(([^()]*)$/.exec(before);
  const [, module, word = '', written = ''] = call ?? [];
  const called = module !== undefined || imported.includes(word) ? findVerb(word, dialect) : undefined;
  if (!call || !called) return undefined;
  const name = /^\s*(?:(["'`])([\w.\-[\]]*))?$/.exec(written);
  if (name) {
    const [, quote = '', begun = ''] = name;
    const range = rangeOf(begun, quote === '' ? /^/ : /^[\w.\-[\]]*/);
    return {
      at: 'name',
      range,
      verb: called,
      quote,
      after: after.slice(range.endColumn - range.column - begun.length),
    };
  }
  const scope = /\bscope\s*[=:]\s*["'`](\w*)$/.exec(written)?.[1];
  return scope === undefined ? undefined : { at: 'scope', range: rangeOf(scope) };
}

function isComment(line: string, dialect: HelperDialect): boolean {
  return dialect === 'node' ? /^\s*(\/\/|\*|\/\*)/.test(line) : /^\s*#/.test(line);
}
