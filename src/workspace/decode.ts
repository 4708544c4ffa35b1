import { parseDuration } from '../base/duration.ts';
import { findNearest, isSameWord } from '../base/nearest.ts';
import type { Json } from '../domain/event.ts';
import type { Report } from './source.ts';
import type { MapEntry, MapNode, ScalarNode, YamlNode } from './yaml.ts';

/** Decodes a value; undefined after it has reported why it cannot be used. `label` begins the sentence: `"timeout"`. */
export type Field<T> = (node: YamlNode, label: string, report: Report) => T | undefined;

/** The fields of a map, by key. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** Words that people use for a key; what is meant can depend on the value. */
export type Synonyms<T> = Readonly<Record<string, (keyof T & string) | ((value: YamlNode) => keyof T & string)>>;

/** Decodes a map of known fields; reports unknown keys. */
export function decodeFields<T extends object>(
  map: MapNode,
  fields: Fields<T>,
  { report, synonyms = {} }: { readonly report: Report; readonly synonyms?: Synonyms<T> },
): Partial<T> {
  const decoded: Partial<T> = {};
  for (const { key, value } of map.entries) {
    if (isFieldOf(fields, key.text)) {
      const result = fields[key.text](value, `"${key.text}"`, report);
      if (result !== undefined) decoded[key.text] = result;
      continue;
    }
    const synonym = Object.hasOwn(synonyms, key.text) ? synonyms[key.text] : undefined;
    const meant = typeof synonym === 'function' ? synonym(value) : synonym;
    const suggestion = meant ?? findNearest(key.text, Object.keys(fields));
    const hint = suggestion ? `did you mean "${suggestion}"?` : `there are ${Object.keys(fields).join(', ')}`;
    report(key.range, `Unknown key "${shortened(key.text)}"; ${hint}`, suggestion);
  }
  return decoded;
}

/** A text; numbers and booleans count as what was written. */
export const text: Field<string> = (node, label, report) => {
  if (node.kind === 'scalar' && node.value !== null && isClean(node)) return node.text;
  return refuse(node, { label, report, expected: 'a text' });
};

/** Words of other languages for true and false. */
const BOOL_WORDS: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['1', 'true'],
  ['no', 'false'],
  ['off', 'false'],
  ['0', 'false'],
]);

/** True or false. */
export const bool: Field<boolean> = (node, label, report) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  const suggestion = node.kind === 'scalar' ? BOOL_WORDS.get(node.text.toLowerCase()) : undefined;
  return refuse(node, { label, report, expected: 'true or false', suggestion });
};

/** Says whether a text is one of the words that people write for true and false. */
export function isBoolWord(word: string): boolean {
  return BOOL_WORDS.has(word.toLowerCase());
}

/** One of some words; `synonyms` are what people may write for them, dashes and case aside. */
export function oneOf<T extends string>(words: readonly T[], synonyms: Readonly<Record<string, T>>): Field<T> {
  return (node, label, report) => {
    const word = node.kind === 'scalar' ? words.find((each) => each === node.value) : undefined;
    if (word !== undefined) return word;
    const written = node.kind === 'scalar' ? node.text : '';
    const meant = Object.entries(synonyms).find(([synonym]) => isSameWord(synonym, written))?.[1];
    const suggestion = meant ?? findNearest(written, words);
    return refuse(node, { label, report, expected: `one of ${words.join(', ')}`, suggestion });
  };
}

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number): Field<number> {
  return (node, label, report) => {
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return refuse(node, { label, report, expected: `a whole number from ${least} to ${most.toLocaleString('en')}` });
  };
}

/** A duration in milliseconds, longer than nothing. */
export const duration: Field<number> = (node, label, report) => {
  const ms = node.kind === 'scalar' ? parseDuration(node.text) : undefined;
  if (ms !== undefined && ms > 0) return ms;
  return refuse(node, { label, report, expected: 'a duration such as 90s, 10m or 1h30m' });
};

/** A list of texts, each decoded by `item`. */
export function textList(expected: string, item: Field<string> = text): Field<readonly string[]> {
  return (node, label, report) => {
    if (node.kind !== 'list') return refuse(node, { label, report, expected });
    return node.items.flatMap((each) => item(each, `An item of ${label}`, report) ?? []);
  };
}

/** A list of texts, or one text that stands for a list of one. */
export function textOrList(expected: string, item: Field<string> = text): Field<readonly string[]> {
  const list = textList(expected, item);
  return (node, label, report) => {
    if (node.kind !== 'scalar' || node.value === null) return list(node, label, report);
    const only = item(node, label, report);
    return only === undefined ? undefined : [only];
  };
}

/** A map of any keys, each of whose entries is decoded by `entry`; an entry that cannot be used is left out. */
export function mapOf<T>(
  expected: string,
  entry: (entry: MapEntry, report: Report) => T | undefined,
): Field<Readonly<Record<string, T>>> {
  return (node, label, report) => {
    if (node.kind !== 'map') return refuse(node, { label, report, expected });
    const pairs = node.entries.flatMap((each) => {
      const value = entry(each, report);
      return value === undefined ? [] : [[each.key.text, value] as const];
    });
    // Unlike an assignment, this makes an own property of `__proto__`.
    return Object.fromEntries(pairs);
  };
}

/** Any JSON value. */
export const json: Field<Json> = (node) => toJson(node);

/** Reports that a value is not what its field needs. */
export function refuse(
  node: YamlNode,
  options: {
    readonly label: string;
    readonly report: Report;
    readonly expected: string;
    readonly suggestion?: string | undefined;
  },
): undefined {
  const { label, report, expected, suggestion } = options;
  report(node.range, `${label} must be ${expected}: found ${described(node)}`, suggestion);
}

function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, toJson(value)]));
}

function isFieldOf<T extends object>(fields: Fields<T>, key: string): key is keyof T & string {
  return Object.hasOwn(fields, key);
}

/** No argument, name or variable of a program can hold a NUL. */
function isClean(node: ScalarNode): boolean {
  return !node.text.includes('\0');
}

function described(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  if (node.value === null) return node.text === '' ? 'nothing' : node.text;
  if (!isClean(node)) return 'a NUL character';
  return typeof node.value === 'string' ? `"${shortened(node.text)}"` : node.text;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
