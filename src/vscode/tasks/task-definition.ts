import { CroniumError } from '../../domain/errors.ts';
import type { Json } from '../../domain/event.ts';

/** A task of the type `cronium` as it stands in `tasks.json`. */
export interface RunTask {
  /** What runs: an event by its id, key or name, or a script by its path. */
  readonly what: { readonly kind: 'event' | 'script'; readonly name: string };
  readonly servers?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Json;
}

/** Checks a definition. Throws `CroniumError` `usage/task` with what is wrong and what is possible. */
export function parseTask(definition: Readonly<Record<string, unknown>>): RunTask {
  const { event, script, servers, args, env, input } = definition;
  if (event !== undefined && script !== undefined) {
    throw wrong('it has both "event" and "script"; one of them says what runs');
  }
  const name = event ?? script;
  if (typeof name !== 'string' || name.trim() === '') {
    throw wrong('it names nothing to run; give it an "event" or a "script"');
  }
  return {
    what: { kind: event === undefined ? 'script' : 'event', name },
    ...(servers === undefined ? {} : { servers: textsOf('servers', servers) }),
    ...(args === undefined ? {} : { args: textsOf('args', args) }),
    ...(env === undefined ? {} : { env: valuesOf('env', env) }),
    ...(input === undefined ? {} : { input: input as Json }),
  };
}

function textsOf(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw wrong(`"${key}" is no list of texts`);
}

function valuesOf(key: string, value: unknown): Readonly<Record<string, string>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && Object.values(value).every((each) => typeof each === 'string')) return { ...value };
  throw wrong(`"${key}" is no object of texts`);
}

function wrong(found: string): CroniumError {
  return new CroniumError('usage/task', `Cannot run the task: ${found}`);
}
