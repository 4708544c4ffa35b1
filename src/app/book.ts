import { CroniumError } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import { maskValue, secretParts } from '../domain/mask/value.ts';
import type { ReplaySpec } from '../domain/run.ts';
import { defaultScope, type JobScope, type VariableScope, variableOwner } from '../domain/shared-variable.ts';
import type { FoundVariable, HelpedJob, VariableBook, VariableWrite, WriteAnswer } from '../helpers/book.ts';
import type { Store } from '../store/store.ts';
import type { VariablePlace, VariableWritten } from '../store/variables.ts';
import { eventDocument } from './event-document.ts';
import type { JobMasks } from './job-masks.ts';
import { jobScope } from './job-scope.ts';
import type { ScriptEffects } from './script-effects.ts';
import type { SharedVariables } from './shared-variables.ts';

/** As on the server: what a job may put out. */
const MAX_OUTPUTS = 256;
const MAX_OUTPUT_BYTES = 16 * 1_048_576;

/** Runs whose plans are held. */
const MAX_PLANS = 4;

type Planned = Pick<ReplaySpec, 'input' | 'api'>;

export interface BookDeps {
  readonly store: Store;
  readonly effects: ScriptEffects;
  readonly variables: SharedVariables;
  readonly masks: Pick<JobMasks, 'now'>;
  /** Something in the store has changed. */
  changed(): void;
}

/** What the helper API answers from: the store, for jobs that have not ended. */
export class JobBook implements VariableBook {
  readonly #deps: BookDeps;
  /** By run, the one asked for last at the end. */
  readonly #plans = new Map<string, Planned>();

  constructor(deps: BookDeps) {
    this.#deps = deps;
  }

  find(id: string): HelpedJob | undefined {
    const { jobs, runs } = this.#deps.store;
    const job = jobs.find(id);
    const run = runs.ofJob(id);
    if (!job || !run || job.outcome) return undefined;
    const { input, api } = this.#planned(run.id);
    return {
      scope: jobScope(run, job),
      ...(input === undefined ? {} : { input }),
      event: eventDocument(run, job, run.startedAt),
      ...(api ? { hasApi: true } : {}),
    };
  }

  applied(job: string, seq: number, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#deps.effects.applied(job, seq, options);
  }

  async get(job: JobScope, name: string, scope?: VariableScope): Promise<FoundVariable | undefined> {
    const found = this.#deps.store.variables.findFor(job, name, scope);
    if (!found) return undefined;
    const value = await this.#deps.variables.value(found);
    if (found.type === 'secret') this.#deps.masks.now(job.job).add(secretParts(value));
    return { scope: found.scope, type: found.type, version: found.version, value };
  }

  list(job: JobScope): ReturnType<VariableBook['list']> {
    const seen = new Set<string>();
    return this.#deps.store.variables.visibleTo(job).flatMap(({ name, scope, type, version, value }) => {
      if (seen.has(name)) return [];
      seen.add(name);
      return [{ name, scope, type, version, ...(type === 'plain' ? { value: value as Json } : {}) }];
    });
  }

  async set(job: JobScope, write: VariableWrite, call: string): Promise<WriteAnswer> {
    const known = this.#answered(job, call);
    if (known) return known;
    const target = this.#target(job, write);
    if ('code' in target) return target;
    try {
      return await this.#write(job, write, call, target);
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      if (error.code.startsWith('variable/')) return { code: 'refused', message: error.message };
      throw error;
    }
  }

  outputs(job: string): Readonly<Record<string, Json>> {
    return this.#deps.store.outputs.ofJob(job);
  }

  putOut(job: string, outputs: Readonly<Record<string, Json>>): string | undefined {
    const { store, masks, changed } = this.#deps;
    return store.transaction(() => {
      const clean = Object.entries(outputs).map(([key, value]) => [key, maskValue(value, masks.now(job))] as const);
      const together = { ...store.outputs.ofJob(job), ...Object.fromEntries(clean) };
      const count = Object.keys(together).length;
      if (count > MAX_OUTPUTS) return `The job would have ${count} outputs; at most ${MAX_OUTPUTS} are taken`;
      if (Buffer.byteLength(JSON.stringify(together)) > MAX_OUTPUT_BYTES) {
        return `The job's outputs would have more than ${MAX_OUTPUT_BYTES} bytes together`;
      }
      for (const [key, value] of clean) store.outputs.put(job, key, value);
      changed();
      return undefined;
    });
  }

  /** What a run was planned with never changes, and may be long. */
  #planned(run: string): Planned {
    const planned = this.#plans.get(run) ?? this.#deps.store.runs.keptPlan(run)?.spec ?? {};
    this.#plans.delete(run);
    this.#plans.set(run, planned);
    const [oldest] = this.#plans.keys();
    if (oldest !== undefined && this.#plans.size > MAX_PLANS) this.#plans.delete(oldest);
    return planned;
  }

  /** What is to be written, or why nothing is. A more specific one that came in between is a change, too. */
  #target(job: JobScope, write: VariableWrite): (VariablePlace & { readonly ifVersion?: number }) | WriteAnswer {
    const { name, ifUnchanged } = write;
    const found = this.#deps.store.variables.findFor(job, name, write.scope);
    const scope = found?.scope ?? write.scope ?? defaultScope(job);
    const owner = variableOwner(scope, job);
    if (owner === undefined) {
      return { code: 'refused', message: `The variable "${name}" has no ${scope} to be set in` };
    }
    if (ifUnchanged === undefined) return { scope, owner, name };
    const isElsewhere = found !== undefined && write.ifScope !== undefined && found.scope !== write.ifScope;
    if (ifUnchanged !== (found?.version ?? 0) || (isElsewhere && ifUnchanged > 0)) {
      return { code: 'changed', version: found?.version ?? 0, ...(found ? { scope: found.scope } : {}) };
    }
    return { scope, owner, name, ifVersion: ifUnchanged };
  }

  /** The answer is kept in the same step as the write: a call that comes again is answered, not done. */
  async #write(
    job: JobScope,
    write: VariableWrite,
    call: string,
    { ifVersion, ...place }: VariablePlace & { readonly ifVersion?: number },
  ): Promise<WriteAnswer> {
    const { store, variables, masks } = this.#deps;
    const mask = masks.now(job.job);
    // What was a secret stays one.
    const isSecret = write.secret === true || store.variables.find(place)?.type === 'secret';
    if (isSecret) mask.add(secretParts(write.value));
    let before: WriteAnswer | undefined;
    const type = isSecret ? ({ type: 'secret' } as const) : {};
    const answerOf = ({ code, version }: VariableWritten): WriteAnswer => ({
      ...{ code, version, scope: place.scope },
      ...type,
    });
    try {
      const written = await variables.set(place, isSecret ? write.value : maskValue(write.value, mask), {
        by: { kind: 'job', run: job.run, job: job.job, server: job.server },
        ...type,
        ...(ifVersion === undefined ? {} : { ifVersion }),
        also: (result) => {
          before = this.#answered(job, call);
          // Takes the write back: the same call was done meanwhile.
          if (before) throw new DoneBefore();
          store.applied.keepAnswer(job.job, call, JSON.stringify(answerOf(result)));
        },
      });
      return answerOf(written);
    } catch (error) {
      if (before && error instanceof DoneBefore) return before;
      throw error;
    }
  }

  #answered(job: JobScope, call: string): WriteAnswer | undefined {
    const answer = this.#deps.store.applied.answer(job.job, call);
    return answer === undefined ? undefined : (JSON.parse(answer) as WriteAnswer);
  }
}

class DoneBefore extends Error {}
