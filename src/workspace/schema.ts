import { parseDuration } from '../base/duration.ts';
import type { Interpreter, Json, OnDisconnect } from '../domain/event.ts';
import {
  bool,
  duration,
  type Field,
  type Fields,
  json,
  mapOf,
  refuse,
  text,
  textList,
  textOrList,
  wholeNumber,
} from './decode.ts';

/** What a script can say about itself: the fields of its `cronium:` header, as they are used. */
export interface EventFields {
  readonly name: string;
  readonly description: string;
  readonly servers: readonly string[];
  readonly tags: readonly string[];
  readonly interpreter: Interpreter;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly files: readonly string[];
  readonly input: Json;
  readonly timeout: number;
  readonly parallel: number;
  readonly retries: number;
  readonly onSave: boolean;
  readonly onDisconnect: OnDisconnect;
  readonly secrets: readonly string[];
}

/** What a shell accepts as the name of a variable; longer ones no tool shows. */
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

const interpreter: Field<Interpreter> = (node, label, report) => {
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

const onDisconnect: Field<OnDisconnect> = (node, label, report) => {
  const words = node.kind === 'scalar' ? node.text.trim() : '';
  if (words === 'continue') return { kind: 'continue' };
  const afterMs = parseDuration(/^stop\s+after\s+(.+)$/.exec(words)?.[1] ?? '');
  if (afterMs !== undefined && afterMs > 0) return { kind: 'stop', afterMs };
  return refuse(node, { label, report, expected: 'continue, or stop after a duration such as "stop after 10m"' });
};

const variableName: Field<string> = (node, label, report) => {
  if (node.kind === 'scalar' && VARIABLE_NAME.test(node.text)) return node.text;
  return refuse(node, { label, report, expected: 'a name such as API_TOKEN (letters, digits and _)' });
};

const env = mapOf('a map of names to values', ({ key, value }, report) => {
  const name = variableName(key, 'A key of "env"', report);
  return name === undefined ? undefined : text(value, `"${name}"`, report);
});

/** How each field of an event is decoded. */
export const EVENT_FIELDS: Fields<EventFields> = {
  name: text,
  description: text,
  servers: textOrList('a selector such as web-* or a list of them'),
  tags: textOrList('a tag or a list of tags'),
  interpreter,
  args: textList('a list of texts such as [--force, now]'),
  env,
  cwd: text,
  files: textOrList('a file, a pattern such as lib/*.sh, or a list of them'),
  input: json,
  timeout: duration,
  parallel: wholeNumber(1, 1_000),
  retries: wholeNumber(0, 10),
  onSave: bool,
  onDisconnect,
  secrets: textOrList('a list of names such as [API_TOKEN]', variableName),
};

/** The keys that a header knows. */
export const EVENT_KEYS: readonly string[] = Object.keys(EVENT_FIELDS);

/** Words that other tools use for a field. */
export const EVENT_SYNONYMS: Readonly<Record<string, keyof EventFields>> = {
  arguments: 'args',
  concurrency: 'parallel',
  directory: 'cwd',
  environment: 'env',
  hosts: 'servers',
  include: 'files',
  shell: 'interpreter',
  targets: 'servers',
  title: 'name',
  workdir: 'cwd',
  workingDirectory: 'cwd',
};
