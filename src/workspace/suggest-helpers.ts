import type { Json } from '../domain/event.ts';
import { VARIABLE_SCOPES, type VariableScope } from '../domain/shared-variable.ts';
import type { EventDocument, Hover, Position, Suggestion } from './document.ts';
import { type HelperCursor, helperCursor, helperDialect, helperVerbAt, variableNamesIn } from './helper-call.ts';
import { importableNames } from './helper-import.ts';
import { EVENT_FIELDS, findVerb, HELPER_VERBS, type HelperDialect, type HelperVerb, tellVerb } from './helper-verbs.ts';
import { snippetText } from './snippet.ts';

/** What a script's calls may name. */
export interface HelperNames {
  /** Variables, the most specific scope of each. */
  readonly variables: readonly { readonly name: string; readonly scope: VariableScope; readonly isSecret: boolean }[];
  /** What the events of the script say. */
  readonly events: readonly { readonly secrets?: readonly string[]; readonly input?: Json }[];
}

/** Paths of an input that are proposed; more is found by typing. */
const MAX_PATHS = 200;
const MAX_PATH_DEPTH = 6;

/** Proposes what can be written of a call of `cronium.*`; empty where none is written. */
export function suggestHelpers(document: EventDocument, position: Position, names: HelperNames): readonly Suggestion[] {
  const dialect = helperDialect(document);
  const cursor = dialect && helperCursor(document, position, dialect);
  switch (cursor?.at) {
    case undefined:
      return [];
    case 'verb':
      // Whoever begins a word of an ordinary script does not ask for us.
      if (cursor.isBare && names.events.length === 0) return [];
      return suggestVerbs(cursor, dialect ?? 'shell');
    case 'name':
      return suggestNames(document, cursor, { dialect: dialect ?? 'shell', names });
    case 'option':
      return cursor.verb.options.map(({ name, takes, meaning }) => {
        const insertText = takes === undefined ? name : `${name} `;
        return { label: name, kind: 'field', insertText, detail: meaning, range: cursor.range };
      });
    case 'scope':
      return VARIABLE_SCOPES.map((scope) => {
        return { label: scope, kind: 'value', insertText: scope, detail: SCOPES[scope], range: cursor.range };
      });
    case 'import':
      return suggestImports(cursor, dialect === 'python' ? 'python' : 'node');
    default:
      return cursor satisfies never;
  }
}

/** Says whether a call is being written at a position, or may be. */
export function isCall(document: EventDocument, position: Position): boolean {
  const dialect = helperDialect(document);
  return dialect !== undefined && helperCursor(document, position, dialect) !== undefined;
}

/** Says whether what is written at a position takes names of variables, which only the engine knows. */
export function needsVariables(document: EventDocument, position: Position): boolean {
  const dialect = helperDialect(document);
  const cursor = dialect && helperCursor(document, position, dialect);
  return cursor?.at === 'name' && cursor.verb.argument === 'variable';
}

/** What the verb at a position does. */
export function hoverHelper(document: EventDocument, position: Position): Hover | undefined {
  const dialect = helperDialect(document);
  const found = dialect && helperVerbAt(document, position, dialect);
  return found && { markdown: tellVerb(found.verb, dialect), range: found.range };
}

const SCOPES: Readonly<Record<VariableScope, string>> = {
  server: 'scripts on the same server',
  event: 'runs of the same event',
  workspace: 'scripts of the same folder',
  global: 'all scripts',
};

function suggestVerbs(
  { range, isWhole, after }: Extract<HelperCursor, { at: 'verb' }>,
  dialect: HelperDialect,
): Suggestion[] {
  return HELPER_VERBS.map((verb) => {
    const { name, usage, snippet } = verb.forms[dialect];
    const label = isWhole ? `cronium.${name}` : name;
    // What stands behind it already is left as it is.
    const isCalled =
      /^\s*\S/.test(after) && (dialect === 'shell' ? /^\s+[^;|&)`"']/.test(after) : /^\s*\(/.test(after));
    const insertText = isCalled ? label : `${label}${snippet}`;
    return { label, kind: 'verb', insertText, detail: usage, documentation: tellVerb(verb, dialect), range };
  });
}

function suggestImports(
  { range, listed }: Extract<HelperCursor, { at: 'import' }>,
  dialect: 'python' | 'node',
): Suggestion[] {
  return importableNames(dialect)
    .filter((name) => !listed.includes(name))
    .map((name) => {
      const verb = findVerb(name, dialect);
      const told = verb && { detail: verb.forms[dialect].usage, documentation: tellVerb(verb, dialect) };
      return { label: name, kind: 'verb', insertText: name, range, ...told };
    });
}

function suggestNames(
  { text }: EventDocument,
  cursor: Extract<HelperCursor, { at: 'name' }>,
  { dialect, names }: { readonly dialect: HelperDialect; readonly names: HelperNames },
): Suggestion[] {
  const { verb, range, quote, after } = cursor;
  const isText = dialect !== 'shell';
  const open = isText && quote === '' ? "'" : '';
  const close = open !== '' ? "'" : quote !== '' && !after.startsWith(quote) ? quote : '';
  return namesFor(verb, names, text).map(({ name, detail, kind }) => ({
    label: name,
    kind,
    insertText: `${open}${snippetText(name)}${close}`,
    detail,
    range,
  }));
}

function namesFor(
  { argument }: HelperVerb,
  { variables, events }: HelperNames,
  text: string,
): { readonly name: string; readonly detail: string; readonly kind: Suggestion['kind'] }[] {
  switch (argument) {
    case 'variable': {
      const known = variables.map(({ name, scope, isSecret }) => {
        return { name, detail: isSecret ? `secret · ${scope}` : scope, kind: 'variable' as const };
      });
      const written = variableNamesIn(text).filter((name) => !known.some((one) => one.name === name));
      return [...known, ...written.map((name) => ({ name, detail: 'named here', kind: 'variable' as const }))];
    }
    case 'secret':
      return unique(events.flatMap(({ secrets = [] }) => secrets)).map((name) => {
        return { name, detail: 'secret of the event', kind: 'variable' };
      });
    case 'input':
      return unique(events.flatMap(({ input }) => pathsOf(input))).map((name) => {
        return { name, detail: 'input of the event', kind: 'field' };
      });
    case 'event':
      return EVENT_FIELDS.map((name) => ({ name, detail: 'of the event that runs', kind: 'field' }));
    case undefined:
      return [];
    default:
      return argument satisfies never;
  }
}

/** The paths into a document as helpers take them: `user`, `user.name`, `items[0]`. Keys that a path cannot name are left out. */
export function pathsOf(document: Json | undefined): readonly string[] {
  const paths: string[] = [];
  const walk = (value: Json | undefined, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth === MAX_PATH_DEPTH) return;
    const steps = Array.isArray(value)
      ? value.map((child: Json, index) => [`${path}[${index}]`, child] as const)
      : Object.entries(value)
          .filter(([key]) => /^[\w-]+$/.test(key))
          .map(([key, child]) => [path === '' ? key : `${path}.${key}`, child as Json] as const);
    for (const [step, child] of steps) {
      if (paths.length === MAX_PATHS) return;
      paths.push(step);
      walk(child, step, depth + 1);
    }
  };
  walk(document, '', 0);
  return paths;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
