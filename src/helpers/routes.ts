import { CroniumError } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import { isVariableName, type VariableScope, type VariableType } from '../domain/shared-variable.ts';
import type { HelpedJob, VariableBook } from './book.ts';
import { parsePath, pick } from './document.ts';
import { LIMITS } from './limits.ts';

/** What a script wants, already read from the wire of its door. */
export interface HelperRequest {
  readonly job: HelpedJob;
  /** A name or a path. */
  readonly name?: string;
  readonly value?: Json;
  readonly scope?: VariableScope;
  readonly ifUnchanged?: number;
  readonly ifScope?: VariableScope;
  readonly secret?: boolean;
  /** The same for a request that is made again because its answer was lost. */
  readonly call: string;
}

/** `gone`: it was handed out before. `message` is a sentence. */
export interface HelperAnswer {
  readonly code: 'ok' | 'absent' | 'changed' | 'refused' | 'invalid' | 'gone';
  readonly value?: Json;
  readonly version?: number;
  readonly scope?: VariableScope;
  readonly type?: VariableType;
  readonly message?: string;
}

/** Where the answers come from. */
export interface Sources {
  readonly book: VariableBook;
  /** Hands out a secret of the job, once, by whichever door; a `call` that comes again gets the same answer. */
  readonly takeSecret: (job: string, name: string, call: string) => Promise<HelperAnswer>;
  /** Has a value masked in the job's log from now on: its script is told it by a door that the supervisor does not see through. */
  readonly hide: (job: string, value: Json) => Promise<void>;
}

/** One thing that a script can ask for. */
export interface Route {
  readonly method: 'GET' | 'PUT';
  /** `{name}` is a name, `{path}` leads into a document. */
  readonly path: string;
  /** What a token must permit. */
  readonly permit: string;
  /** For those with a body. */
  readonly maxBytes?: number;
  /** What may stand in the query. */
  readonly query: readonly string[];
  answer(request: HelperRequest, sources: Sources): Promise<HelperAnswer> | HelperAnswer;
}

export const getVariable: Route = {
  method: 'GET',
  path: '/v1/var/{name}',
  permit: 'var:r',
  query: ['scope'],
  async answer({ job, name = '', scope }, { book }) {
    const found = await book.get(job.scope, name, scope);
    return found ? { code: 'ok', ...found } : { code: 'absent', message: `There is no variable "${name}"` };
  },
};

export const setVariable: Route = {
  method: 'PUT',
  path: '/v1/var/{name}',
  permit: 'var:w',
  maxBytes: LIMITS.variableBytes,
  query: ['scope'],
  async answer({ job, name = '', value = null, scope, ifUnchanged, ifScope, secret, call }, { book }) {
    const write = {
      name,
      value,
      ...(scope === undefined ? {} : { scope }),
      ...(ifUnchanged === undefined ? {} : { ifUnchanged }),
      ...(ifScope === undefined ? {} : { ifScope }),
      ...(secret === undefined ? {} : { secret }),
    };
    const answer = await book.set(job.scope, write, call);
    if (answer.code !== 'changed') return answer;
    return { ...answer, message: `The variable "${name}" was changed meanwhile; read it again and then set it` };
  },
};

/** All that scripts can ask for, behind whichever door; docs/helpers-openapi.yaml describes them. */
export const ROUTES: readonly Route[] = [
  documentRoute('/v1/input', 'input', ({ input }) => input),
  documentRoute('/v1/input/{path}', 'input', ({ input }) => input),
  documentRoute('/v1/event', 'event', ({ event }) => event),
  documentRoute('/v1/event/{path}', 'event', ({ event }) => event),
  {
    method: 'GET',
    path: '/v1/output',
    permit: 'output:r',
    query: [],
    answer: ({ job }, { book }) => ({ code: 'ok', value: book.outputs(job.scope.job) }),
  },
  {
    method: 'PUT',
    path: '/v1/output/{name}',
    permit: 'output:w',
    maxBytes: LIMITS.outputBytes,
    query: [],
    answer({ job, name = '', value = null }, { book }) {
      const message = book.putOut(job.scope.job, { [name]: value });
      return message === undefined ? { code: 'ok' } : { code: 'refused', message };
    },
  },
  {
    method: 'GET',
    path: '/v1/var',
    permit: 'var:r',
    query: [],
    answer: ({ job }, { book }) => ({ code: 'ok', value: book.list(job.scope).map((found) => ({ ...found })) }),
  },
  getVariable,
  setVariable,
  {
    method: 'GET',
    path: '/v1/secret/{name}',
    permit: 'secret:r',
    query: [],
    answer: ({ job, name = '', call }, { takeSecret }) => takeSecret(job.scope.job, name, call),
  },
];

/** Everything that the routes ask of a token. */
export const ALL_PERMITS: readonly string[] = [...new Set(ROUTES.map(({ permit }) => permit))];

/** Answers by a route. What the book cannot tell for a reason that a person can act on is `refused`. */
export async function answerBy(route: Route, request: HelperRequest, sources: Sources): Promise<HelperAnswer> {
  const { name } = request;
  if (route.path.endsWith('{name}') && !isVariableName(name ?? '')) {
    return { code: 'invalid', message: `"${name}" is not a name: letters, digits, "_", "." and "-", at most 128` };
  }
  try {
    return await route.answer(request, sources);
  } catch (error) {
    if (error instanceof CroniumError) return { code: 'refused', message: error.message };
    throw error;
  }
}

function documentRoute(path: string, what: string, of: (job: HelpedJob) => Json | undefined): Route {
  return {
    method: 'GET',
    path,
    permit: `${what}:r`,
    query: [],
    answer({ job, name }) {
      const document = of(job);
      if (document === undefined) return { code: 'absent', message: `The run has no ${what}` };
      if (name === undefined) return { code: 'ok', value: document };
      const steps = parsePath(name);
      if (!steps) return { code: 'invalid', message: `"${name}" is not a path such as "user.name" or "items[0]"` };
      const value = pick(document, steps);
      if (value === undefined) return { code: 'absent', message: `The ${what} has no "${name}"` };
      return { code: 'ok', value };
    },
  };
}
