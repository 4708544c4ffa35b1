/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type Scope = 'global' | 'workspace' | 'event' | 'server';

/** `absent`: nothing of this name; `invalid`: a name or value that cannot be; `nobody`: it takes a client, and none came;
 * `changed`: somebody else has set the variable meanwhile; `refused`: a limit, a full disk, or the client says no. */
export type ErrorCode = 'absent' | 'invalid' | 'nobody' | 'changed' | 'refused';

export class CroniumError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string);
}

export interface VariableOptions {
  readonly scope?: Scope;
  /** How long a client is waited for where only one can answer, such as `10s`. */
  readonly wait?: string;
}

/** The run's input, or what is at a path in it, such as `user.name` or `items[0]`. Throws when it is absent and there is no default. */
export function input(key?: string, otherwise?: unknown): any;
/** What is known of the event that runs, or one field of it, such as `git.commit`. */
export function event(field?: string, otherwise?: unknown): any;
/** Leaves a result of this job. */
export function output(key: string, value: Json): void;
export function output(values: { readonly [key: string]: Json }): void;
/** A variable's value, or the default when there is none. Without a scope the most specific one that has it answers. */
export function getVariable(name: string, otherwise?: unknown, options?: VariableOptions): any;
/** A variable's version, 0 when there is none. */
export function getVersion(name: string, options?: VariableOptions): number;
/** Sets a variable. With `ifUnchanged` (true: since this job has read it; or a version) it throws the code `changed` when
 * somebody else has set it meanwhile. */
export function setVariable(
  name: string,
  value: Json,
  options?: VariableOptions & { readonly secret?: boolean; readonly ifUnchanged?: boolean | number },
): void;
/** A secret that the event names under `secrets`. Each is handed out once. */
export function secret(name: string): string;
/** The newest token for `CRONIUM_API_ENDPOINT`, in an event that says `api: true`. */
export function token(): string;

declare const cronium: {
  CroniumError: typeof CroniumError;
  event: typeof event;
  getVariable: typeof getVariable;
  getVersion: typeof getVersion;
  input: typeof input;
  output: typeof output;
  secret: typeof secret;
  setVariable: typeof setVariable;
  token: typeof token;
};
export default cronium;
