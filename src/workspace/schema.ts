import type { InputPrompt, Interpreter, Json, OnDisconnect, OnSave, Overlap } from '../domain/event.ts';
import { bool, duration, type Fields, json, type Synonyms, text, textList, textOrList, wholeNumber } from './decode.ts';
import {
  env,
  inputs,
  interpreter,
  onDisconnect,
  onSave,
  overlap,
  type SecretsAs,
  script,
  secretsAs,
  variableName,
} from './event-values.ts';

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
  readonly inputs: readonly InputPrompt[];
  readonly timeout: number;
  readonly parallel: number;
  readonly maxFailures: number;
  readonly retries: number;
  readonly onSave: OnSave;
  readonly overlap: Overlap;
  readonly onDisconnect: OnDisconnect;
  readonly secrets: readonly string[];
  readonly secretsAs: SecretsAs;
  readonly api: boolean;
}

/** What an entry of `cronium.yaml` says: a script, and what its own header could say. */
export interface EntryFields extends EventFields {
  /** The path below the folder, with forward slashes. */
  readonly script: string;
}

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
  inputs,
  timeout: duration,
  parallel: wholeNumber(1, 1_000),
  maxFailures: wholeNumber(1, 1_000),
  retries: wholeNumber(0, 10),
  onSave,
  overlap,
  onDisconnect,
  secrets: textOrList('a list of names such as [API_TOKEN]', variableName),
  secretsAs,
  api: bool,
};

/** How each field of an entry of `cronium.yaml` is decoded. */
export const ENTRY_FIELDS: Fields<EntryFields> = { script, ...EVENT_FIELDS };

/** The keys that a header knows. */
export const EVENT_KEYS: readonly string[] = Object.keys(EVENT_FIELDS);

/** Fields whose texts may have variables. */
export const VARIABLE_FIELDS: ReadonlySet<string> = new Set(['args', 'env', 'cwd', 'input']);

/** Words that other tools use for a field. */
export const EVENT_SYNONYMS: Synonyms<EventFields> = {
  arguments: 'args',
  concurrency: (node) => (node.kind === 'scalar' && typeof node.value === 'number' ? 'parallel' : 'overlap'),
  directory: 'cwd',
  environment: 'env',
  forks: 'parallel',
  hosts: 'servers',
  include: 'files',
  maxParallel: 'parallel',
  parameters: 'inputs',
  params: 'inputs',
  prompts: 'inputs',
  runOnSave: 'onSave',
  shell: 'interpreter',
  targets: 'servers',
  title: 'name',
  vars: 'env',
  workdir: 'cwd',
  workingDirectory: 'cwd',
};

/** Words that other tools use for a field of an entry. */
export const ENTRY_SYNONYMS: Synonyms<EntryFields> = {
  ...EVENT_SYNONYMS,
  command: 'script',
  file: 'script',
  path: 'script',
  run: 'script',
};
