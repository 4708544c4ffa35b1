import { parseDuration } from '../base/duration.ts';
import { findNearest } from '../base/nearest.ts';
import type { InputPrompt, Interpreter, OnDisconnect, OnSave, Overlap } from '../domain/event.ts';
import {
  bool,
  decodeFields,
  type Field,
  type Fields,
  isBoolWord,
  mapOf,
  oneOf,
  refuse,
  type Synonyms,
  text,
  textList,
  textOrList,
} from './decode.ts';
import type { Report } from './source.ts';
import type { MapNode } from './yaml.ts';

/** The overlaps, the default first. */
export const OVERLAPS: readonly Overlap[] = ['queue', 'skip', 'cancelRunning', 'parallel'];

/** Words of other tools for an overlap. */
const OVERLAP_SYNONYMS: Readonly<Record<string, Overlap>> = {
  allow: 'parallel',
  cancel: 'cancelRunning',
  cancelInProgress: 'cancelRunning',
  cancelPrevious: 'cancelRunning',
  drop: 'skip',
  forbid: 'skip',
  ignore: 'skip',
  reject: 'skip',
  replace: 'cancelRunning',
  restart: 'cancelRunning',
  terminate: 'cancelRunning',
  wait: 'queue',
};

/** What happens when a run of the same event has not ended. */
export const overlap = oneOf(OVERLAPS, OVERLAP_SYNONYMS);

/** How a script gets its secrets. */
export type SecretsAs = 'helper' | 'environment';

export const secretsAs = oneOf<SecretsAs>(['helper', 'environment'], {
  call: 'helper',
  command: 'helper',
  env: 'environment',
  variables: 'environment',
});

/** What a shell accepts as the name of a variable; longer ones no tool shows. */
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** A command and its arguments. */
export const interpreter: Field<Interpreter> = (node, label, report) => {
  const expected = 'a command such as python3 -u, or a list of the command and its arguments';
  // A text is cut at blanks; with quotes in it that would be a guess.
  const words =
    node.kind === 'scalar' && node.value !== null && !/["'\\]/.test(node.text)
      ? node.text.split(/\s+/).filter((word) => word !== '')
      : textList(expected)(node, label, report);
  const [command, ...args] = words ?? [];
  if (command) return { commands: [command], args };
  return words ? refuse(node, { label, report, expected }) : undefined;
};

/** `continue`, or `stop after 10m`. */
export const onDisconnect: Field<OnDisconnect> = (node, label, report) => {
  const words = node.kind === 'scalar' ? node.text.trim() : '';
  if (words === 'continue') return { kind: 'continue' };
  const afterMs = parseDuration(/^stop\s+after\s+(.+)$/.exec(words)?.[1] ?? '');
  if (afterMs !== undefined && afterMs > 0) return { kind: 'stop', afterMs };
  return refuse(node, { label, report, expected: 'continue, or stop after a duration such as "stop after 10m"' });
};

/** The name of an environment variable. */
export const variableName: Field<string> = (node, label, report) => {
  if (node.kind === 'scalar' && VARIABLE_NAME.test(node.text)) return node.text;
  return refuse(node, { label, report, expected: 'a name such as API_TOKEN (letters, digits and _)' });
};

/** Environment variables by name. */
export const env = mapOf('a map of names to values', ({ key, value }, report) => {
  const name = variableName(key, 'A key of "env"', report);
  return name === undefined ? undefined : text(value, `"${name}"`, report);
});

/** What can be said of an input. */
export interface InputFields {
  readonly description: string;
  readonly default: string;
  readonly options: readonly string[];
}

const INPUT_FIELDS: Fields<InputFields> = {
  description: text,
  default: text,
  options: textList('a list of texts such as [staging, production]'),
};

const INPUT_SYNONYMS: Synonyms<InputFields> = {
  choices: 'options',
  enum: 'options',
  label: 'description',
  message: 'description',
  prompt: 'description',
  value: 'default',
  values: 'options',
};

const inputsById = mapOf<InputPrompt>('a map of ids to descriptions', ({ key, value }, report) => {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key.text)) {
    return refuse(key, {
      label: 'A key of "inputs"',
      report,
      expected: 'a word such as version (letters, digits, ., _ and -)',
    });
  }
  const id = key.text;
  if (value.kind === 'map') return input(id, value, report);
  if (value.kind === 'scalar' && value.value === null) return { id };
  const description = text(value, `"${id}"`, report);
  return description === undefined ? undefined : { id, description };
});

function input(id: string, map: MapNode, report: Report): InputPrompt | undefined {
  const fields = decodeFields(map, INPUT_FIELDS, { report, synonyms: INPUT_SYNONYMS });
  const { options, default: fallback } = fields;
  const at = (key: string) => map.entries.find((entry) => entry.key.text === key)?.value ?? map;
  if (options?.length === 0)
    return refuse(at('options'), { label: '"options"', report, expected: 'a list of at least one text' });
  if (options && fallback !== undefined && !options.includes(fallback)) {
    return refuse(at('default'), { label: '"default"', report, expected: `one of ${options.join(', ')}` });
  }
  return { id, ...fields };
}

/** What is asked for before a run, by id: a description, or more about it. */
export const inputs: Field<readonly InputPrompt[]> = (node, label, report) => {
  const prompts = inputsById(node, label, report);
  return prompts && Object.values(prompts);
};

/** A path below the folder, without `.` in it. */
export const script: Field<string> = (node, label, report) => {
  const path = node.kind === 'scalar' && node.value !== null ? node.text.replace(/^(\.\/+)+/, '') : '';
  const isBelow = path !== '' && !/^[/\\]|^[A-Za-z]:|[\\\0]|\/$/.test(path) && !path.split('/').includes('..');
  if (isBelow) return path.replace(/\/(\.?\/)+/g, '/');
  return refuse(node, { label, report, expected: 'the path of a script below the folder, such as ops/restart.sh' });
};

const glob: Field<string> = (node, label, report) => {
  const isBelow = node.kind === 'scalar' && /^[^!/\\]/.test(node.text) && !node.text.split('/').includes('..');
  if (isBelow && node.value !== null) return text(node, label, report);
  return refuse(node, { label, report, expected: 'a pattern below the folder, such as conf/*.yaml' });
};

const ON_SAVE = 'true, false, a pattern such as conf/*.yaml, or a list of patterns';

const globs = textOrList(ON_SAVE, glob);

/** Saves of which files run it; false is as good as nothing said. */
export const onSave: Field<OnSave> = (node, label, report) => {
  const scalar = node.kind === 'scalar' && node.value !== null ? node : undefined;
  // A mistyped "false" must not be taken for the name of a file, and so for yes.
  if (scalar && /^[\w-]*$/.test(scalar.text)) {
    const isBool = typeof scalar.value === 'boolean' || isBoolWord(scalar.text);
    if (isBool) return bool(node, label, report) ? { globs: [] } : undefined;
    const suggestion = findNearest(scalar.text, ['true', 'false']);
    return refuse(node, { label, report, expected: ON_SAVE, suggestion });
  }
  const patterns = globs(node, label, report);
  return patterns && { globs: patterns };
};
