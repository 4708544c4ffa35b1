import { basename, dirname, extname, join, posix } from 'node:path';
import { findNearest } from '../base/nearest.ts';
import { CroniumError } from './errors.ts';
import type { InputPrompt, Json, ScriptEvent, ScriptFile } from './event.ts';
import { isAddress } from './files.ts';
import type { Server } from './server.ts';
import { replaceVariables, splitVariable, variableProblem, variablesIn } from './variable.ts';

/** What `${…}` in an event's fields stands for when a run is planned. */
export interface Variables {
  readonly script: ScriptFile;
  /** Paths of the workspace's folders by name. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the event declares under `inputs`. */
  readonly inputs: readonly InputPrompt[];
  /** Answers by the input's id; an input without one has its default. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
  /** The value of a setting. */
  readonly config?: ((key: string) => string | undefined) | undefined;
  /** Absent where a value is the same on all servers: `${server.name}` is an error there. */
  readonly server?: Pick<Server, 'name'> | undefined;
}

/** What a variable stands for, or why it stands for nothing. */
type Resolved = { readonly value: string } | { readonly problem: string };

/**
 * Replaces every `${…}` in the texts of a value; `$${` becomes `${`. Keys stay as they are, and what was put in is not looked
 * at again. `field` is where the value stands, such as `args`. Throws `CroniumError` `event/variable` for a variable that is
 * unknown or has no value.
 */
export function substitute<T extends Json>(value: T, field: string, variables: Variables): T {
  const replaced = mapTexts(value, field, (text, place) =>
    replaceVariables(text, (use) => {
      const problem = variableProblem(use)?.message;
      const resolved = problem === undefined ? resolve(use.name, variables) : { problem };
      if ('value' in resolved) return resolved.value;
      const written = `\${${use.name}${use.isClosed ? '}' : ''}`;
      throw new CroniumError('event/variable', `Cannot resolve "${written}" in "${place}": ${resolved.problem}`);
    }),
  );
  // The same lists and maps with other texts in them.
  return replaced as T;
}

/** Says whether a value differs from server to server. */
export function usesServerName(value: Json): boolean {
  return namesIn(value).includes('server.name');
}

/** What the event's `${input:…}` ask for, in the order of their first use; one that is not declared asks with its id. */
export function neededInputs(event: Pick<ScriptEvent, 'args' | 'env' | 'cwd' | 'input' | 'inputs'>): InputPrompt[] {
  const used = namesIn([event.args, event.env, event.cwd ?? null, event.input ?? null]).flatMap((name) => {
    const { word, argument } = splitVariable(name);
    return word === 'input' && argument ? [argument] : [];
  });
  return [...new Set(used)].map((id) => event.inputs.find((input) => input.id === id) ?? { id });
}

function namesIn(value: Json): string[] {
  const names: string[] = [];
  mapTexts(value, '', (text) => {
    names.push(...variablesIn(text).map(({ name }) => name));
    return text;
  });
  return names;
}

/** The value with its texts replaced. `place` is where a text stands: `args[1]`, `env.MODE`. */
function mapTexts(value: Json, place: string, replace: (text: string, place: string) => string): Json {
  if (typeof value === 'string') return replace(value, place);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item, index) => mapTexts(item, `${place}[${index}]`, replace));
  const entries = Object.entries(value).map(([key, item]) => [key, mapTexts(item, `${place}.${key}`, replace)]);
  return Object.fromEntries(entries);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function resolve(name: string, variables: Variables): Resolved {
  const { word, argument = '' } = splitVariable(name);
  switch (word) {
    case 'input':
      return resolveInput(argument, variables);
    case 'env':
      return resolveEnv(argument, variables.env);
    case 'config': {
      const value = variables.config?.(argument);
      return value === undefined ? { problem: 'there is no setting of this name with a value' } : { value };
    }
    case 'server.name':
      if (variables.server) return { value: variables.server.name };
      return { problem: 'a name of a server is possible in "args" and "env" only' };
    case 'workspaceFolder':
      return argument === ''
        ? { value: folderPath(variables.script) }
        : resolveFolder(argument, variables.folders ?? {});
    default:
      return { value: resolvePath(word, variables) };
  }
}

function resolveInput(id: string, { inputs, answers = {} }: Variables): Resolved {
  const input = inputs.find((each) => each.id === id);
  const answer = Object.hasOwn(answers, id) ? answers[id] : input?.default;
  if (answer === undefined) return { problem: 'nothing was answered, and it has no default' };
  if (!input?.options || input.options.includes(answer)) return { value: answer };
  return { problem: `"${answer}" is none of ${input.options.join(', ')}` };
}

function resolveEnv(name: string, env: Variables['env']): Resolved {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return { value };
  const nearest = findNearest(name, Object.keys(env));
  const hint = nearest === undefined ? '' : `; did you mean "\${env:${nearest}}"?`;
  return { problem: `the environment has no variable ${name}${hint}` };
}

function resolveFolder(name: string, folders: Readonly<Record<string, string>>): Resolved {
  const value = Object.hasOwn(folders, name) ? folders[name] : undefined;
  if (value !== undefined) return { value };
  const names = Object.keys(folders);
  const found = names.length === 0 ? 'none has a name here' : `there are ${names.join(', ')}`;
  return { problem: `the workspace has no folder of this name: ${found}` };
}

/** The folder's path on the machine where it is. */
function folderPath({ root }: ScriptFile): string {
  return isAddress(root) ? decodeURIComponent(root.replace(/^[^:]*:(\/\/[^/]*)?/, '')) || '/' : root;
}

function resolvePath(word: string, { script, homeDir }: Variables): string {
  const folder = folderPath(script);
  const file = isAddress(script.root) ? posix.join(folder, script.path) : join(folder, script.path);
  const extension = extname(file);
  const values: Readonly<Record<string, string>> = {
    workspaceFolderBasename: basename(folder),
    file,
    fileBasename: basename(file),
    fileBasenameNoExtension: basename(file, extension),
    fileExtname: extension,
    fileDirname: dirname(file),
    relativeFile: script.path,
    relativeFileDirname: posix.dirname(script.path),
    userHome: homeDir,
  };
  return values[word] ?? '';
}
