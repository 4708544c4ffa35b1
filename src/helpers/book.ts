import type { Json } from '../domain/event.ts';
import type { JobScope, VariableScope, VariableType } from '../domain/shared-variable.ts';

/** What was found under a name. */
export interface FoundVariable {
  readonly scope: VariableScope;
  readonly type: VariableType;
  readonly version: number;
  /** Of a secret one: from the vault. */
  readonly value: Json;
}

/** What a script wants to have written. */
export interface VariableWrite {
  readonly name: string;
  readonly value: Json;
  /** Absent: where it is found, else the job's default scope. */
  readonly scope?: VariableScope;
  /** Nothing is written unless this is its version now; 0: unless there is none. */
  readonly ifUnchanged?: number;
  /** Where the job has found the version that it names. */
  readonly ifScope?: VariableScope;
  /** The value goes to the vault. Also done for one that is secret by now. */
  readonly secret?: boolean;
}

/** What became of a write; `scope` and `version` are those that stand now, `type` is there when the value is a secret. `refused`: `message` is a sentence. */
export interface WriteAnswer {
  readonly code: 'ok' | 'changed' | 'refused' | 'invalid';
  readonly scope?: VariableScope;
  readonly version?: number;
  readonly type?: VariableType;
  readonly message?: string;
}

/**
 * Variables and outputs, as the helper API needs them. Nothing in it is cached: what another process has written counts.
 * Names, sizes and depth of values are checked by whoever calls.
 */
export interface VariableBook {
  /** The jobs that this process looks after, and what is told to their scripts. Undefined: not (or no longer) one of ours. */
  find(job: string): HelpedJob | undefined;
  /**
   * Resolves when every value in the job's log up to number `seq` has had its effect (0: at once). Throws `signal.reason`.
   * To be waited for before anything below is asked.
   */
  applied(job: string, seq: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Without a scope the most specific one wins. Undefined: there is none. Throws `CroniumError` `variable/secret` when it is secret
   * and this shell cannot tell its value.
   */
  get(job: JobScope, name: string, scope?: VariableScope): Promise<FoundVariable | undefined>;
  /** All that the job can see without a scope, by name; without the values of secret ones. */
  list(job: JobScope): readonly (Omit<FoundVariable, 'value'> & { readonly name: string; readonly value?: Json })[];
  /** Writes at most once for a `call` of the job: a call that comes again gets the answer of the first time. */
  set(job: JobScope, write: VariableWrite, call: string): Promise<WriteAnswer>;
  /** The outputs of the job so far. */
  outputs(job: string): Readonly<Record<string, Json>>;
  /** Puts out at once, without the job's log. Undefined, or the sentence that says why not. */
  putOut(job: string, outputs: Readonly<Record<string, Json>>): string | undefined;
}

/** A job whose script may ask. */
export interface HelpedJob {
  readonly scope: JobScope;
  /** Absent: the run has none. */
  readonly input?: Json;
  /** What `cronium.event` tells. */
  readonly event: Json;
  /** Its scripts may use the HTTP door. */
  readonly hasApi?: boolean;
}
