import type { Json } from './event.ts';

/** Who shares a variable: jobs on one server, of one event, of one workspace folder, or all. */
export type VariableScope = 'server' | 'event' | 'workspace' | 'global';

/** In the order in which a variable is looked for when nobody names a scope: the most specific one wins. */
export const VARIABLE_SCOPES: readonly VariableScope[] = ['server', 'event', 'workspace', 'global'];

/** The value of a secret one is in the vault of the shell; nothing here ever holds it. */
export type VariableType = 'plain' | 'secret';

/** A variable that scripts share, as it is now. */
export interface SharedVariable {
  readonly name: string;
  readonly scope: VariableScope;
  /** Whose it is within the scope; see `variableOwner`. */
  readonly owner: string;
  readonly type: VariableType;
  /** Absent: it is secret. */
  readonly value?: Json;
  /** From 1, one more with each change; also goes on after it was unset. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  readonly changedBy: VariableAuthor;
}

/** Who has changed a variable: a script on a server, or somebody here. */
export type VariableAuthor =
  | { readonly kind: 'person' }
  | { readonly kind: 'job'; readonly run: string; readonly job: string; readonly server: string };

/** One of the last changes of a variable, as history tells it. */
export interface VariableChange {
  readonly version: number;
  readonly type: VariableType;
  /** Absent: it was unset, or it is secret. */
  readonly value?: Json;
  readonly isUnset: boolean;
  readonly changedAt: number;
  readonly changedBy: VariableAuthor;
}

/** A job as far as variables are concerned. */
export interface JobScope {
  readonly job: string;
  readonly run: string;
  /** Its name. */
  readonly server: string;
  /** The event's id. */
  readonly event: string;
  /** The workspace folder's root; absent: the script is in none. */
  readonly workspace?: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** Says whether a variable or an output may be called so. */
export function isVariableName(name: string): boolean {
  return NAME.test(name);
}

export function isVariableScope(text: unknown): text is VariableScope {
  return VARIABLE_SCOPES.some((scope) => scope === text);
}

/** Whose a variable of this scope is for a job: its place, its event, its server, or nobody's (`''`). Undefined: no workspace. */
export function variableOwner(scope: VariableScope, job: Omit<JobScope, 'job' | 'run'>): string | undefined {
  switch (scope) {
    case 'global':
      return '';
    case 'workspace':
      return job.workspace;
    case 'event':
      return `${job.workspace ?? ''}\0${job.event}`;
    case 'server':
      return job.server;
    default:
      return scope satisfies never;
  }
}

/** Where a variable is written that is nowhere yet and whose scope nobody names. */
export function defaultScope(job: Pick<JobScope, 'workspace'>): VariableScope {
  return job.workspace === undefined ? 'global' : 'workspace';
}
