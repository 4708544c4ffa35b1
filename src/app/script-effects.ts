import { abortable } from '../base/wait.ts';
import type { RecordPlace, ScriptValue } from '../domain/script-value.ts';
import { defaultScope, type JobScope, variableOwner } from '../domain/shared-variable.ts';
import type { AppliedUpTo, Effects } from '../execution/effects.ts';
import type { Store } from '../store/store.ts';
import { findJobScope } from './job-scope.ts';

export interface ScriptEffectsDeps {
  readonly store: Store;
  /** Something in the store has changed. */
  changed(): void;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Waiting {
  readonly seq: number;
  resolve(): void;
}

/** Writes what scripts put out and set to the store: once, and in the order of each job's log. */
export class ScriptEffects implements Effects {
  readonly #deps: ScriptEffectsDeps;
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(deps: ScriptEffectsDeps) {
    this.#deps = deps;
  }

  placeOf(job: string): RecordPlace {
    return this.#deps.store.applied.of(job).place;
  }

  apply(job: string, values: readonly ScriptValue[], upTo: AppliedUpTo): readonly string[] {
    const { store, changed } = this.#deps;
    const scope = findJobScope(store, job);
    const problems: string[] = [];
    store.applied.apply(job, values, upTo, (value) => {
      // Its run was removed: nobody is left to be told of it.
      if (!scope) return;
      const problem = this.#applyOne(scope, value);
      if (problem !== undefined) problems.push(problem);
    });
    for (const waiting of this.#waiting.get(job) ?? []) if (waiting.seq <= upTo.seq) waiting.resolve();
    if (values.length > 0) changed();
    return problems;
  }

  pass(job: string, place: RecordPlace): void {
    this.#deps.store.applied.pass(job, place);
  }

  /** Resolves when all values of the job up to the record `seq` had their effect, or rejects with `signal.reason`. */
  async applied(job: string, seq: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    if (this.#deps.store.applied.of(job).seq >= seq) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting: Waiting = { seq, resolve };
    const all = this.#waiting.get(job) ?? new Set();
    this.#waiting.set(job, all.add(waiting));
    try {
      await abortable(promise, { signal });
    } finally {
      all.delete(waiting);
      if (all.size === 0 && this.#waiting.get(job) === all) this.#waiting.delete(job);
    }
  }

  #applyOne(job: JobScope, value: ScriptValue): string | undefined {
    const { store, now } = this.#deps;
    if (value.kind === 'output') {
      store.outputs.put(job.job, value.name, value.value);
      return undefined;
    }
    const { name } = value;
    const known = store.variables.findFor(job, name, value.scope);
    if (known?.type === 'secret') {
      return `The variable "${name}" was set to a value that is not taken: it is secret by now, and what a script sets while nobody is connected is not; set it with --secret`;
    }
    const scope = known?.scope ?? value.scope ?? defaultScope(job);
    const owner = known?.owner ?? variableOwner(scope, job);
    if (owner === undefined)
      return `The variable "${name}" has no ${scope} to be set in: the script's folder is not known`;
    const by = { kind: 'job', run: job.run, job: job.job, server: job.server } as const;
    store.variables.write({ scope, owner, name }, { type: 'plain', value: value.value }, { by, at: now() });
    return undefined;
  }
}
