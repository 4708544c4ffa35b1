import { sentence } from '../domain/errors.ts';
import { Mask } from '../domain/mask/mask.ts';
import { secretParts } from '../domain/mask/value.ts';
import type { RunPlan, RunRecord } from '../domain/run.ts';
import type { Store } from '../store/store.ts';
import { secretSubject } from './ask-secrets.ts';
import type { Host } from './host.ts';
import { findJobScope } from './job-scope.ts';
import type { SharedVariables } from './shared-variables.ts';

/** Jobs whose secrets are remembered; a mask of a run is shared by its jobs, so each of them costs little. */
const MAX_JOBS = 20_000;

/** Runs of which it is remembered what could be found out about their secrets. */
const MAX_RUNS = 16;

export interface JobMasksDeps {
  readonly store: Store;
  readonly host: Pick<Host, 'env' | 'recallSecret'>;
  readonly variables: SharedVariables;
  log(line: string): void;
}

interface Entry {
  readonly mask: Mask;
  /** All that can be found out is in it. */
  readonly ready: Promise<void>;
}

/**
 * What is replaced in what this process tells of each job. Of jobs that it has started it knows all secrets; of others, what the
 * environment, the shell's memory and the vault still have under the same names.
 */
export class JobMasks {
  readonly #deps: JobMasksDeps;
  readonly #jobs = new Map<string, Entry>();
  readonly #runs = new Map<string, Promise<Mask>>();

  constructor(deps: JobMasksDeps) {
    this.#deps = deps;
  }

  /** A run that is about to begin, with its secrets. */
  plan({ jobs, spec }: RunPlan): void {
    const mask = new Mask(Object.values(spec.secrets));
    for (const { id } of jobs) this.#keep(id, { mask: mask.copy(), ready: Promise.resolve() });
  }

  /** What is replaced, with all that can be found out. Never rejects. */
  async of(job: string): Promise<Mask> {
    const { mask, ready } = this.#entry(job);
    await ready;
    return mask;
  }

  /** The same as far as it is known now; it grows. */
  now(job: string): Mask {
    return this.#entry(job).mask;
  }

  #entry(job: string): Entry {
    const known = this.#jobs.get(job);
    if (known) return known;
    const mask = new Mask();
    return this.#keep(job, { mask, ready: this.#recall(job, mask) });
  }

  #keep(job: string, entry: Entry): Entry {
    this.#jobs.set(job, entry);
    forgetBeyond(this.#jobs, MAX_JOBS);
    return entry;
  }

  async #recall(job: string, mask: Mask): Promise<void> {
    try {
      const run = this.#deps.store.runs.ofJob(job);
      if (!run) return;
      const found = this.#runs.get(run.id) ?? this.#recallRun(run);
      this.#runs.set(run.id, found);
      forgetBeyond(this.#runs, MAX_RUNS);
      mask.take(await found);
      await this.#recallVariables(job, mask);
    } catch (error) {
      // The runner has masked the log before; this is the second net.
      this.#deps.log(`Not all secrets of job ${job} are known here: ${sentence(error)}`);
    }
  }

  async #recallRun(run: Omit<RunRecord, 'jobs'>): Promise<Mask> {
    const { store, host } = this.#deps;
    const mask = new Mask();
    for (const name of store.runs.keptPlan(run.id)?.spec.secrets ?? []) {
      const kept =
        run.script && (await host.recallSecret?.(secretSubject(name, { id: run.eventId, script: run.script })));
      mask.add([kept, host.env[name]].filter((value) => value !== undefined));
    }
    return mask;
  }

  /** Which of them the script has asked for is not known any more. */
  async #recallVariables(job: string, mask: Mask): Promise<void> {
    const { store, variables } = this.#deps;
    const scope = findJobScope(store, job);
    for (const variable of scope ? store.variables.visibleTo(scope) : []) {
      if (variable.type !== 'secret') continue;
      const value = await variables.value(variable).catch(() => undefined);
      if (value !== undefined) mask.add(secretParts(value));
    }
  }
}

/** The oldest ones go. */
function forgetBeyond(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
