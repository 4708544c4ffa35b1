import type { JobPlan, RunPlan } from '../domain/run.ts';
import { defaultScope, type SharedVariable } from '../domain/shared-variable.ts';
import type { Store } from '../store/store.ts';
import { eventDocument } from './event-document.ts';
import { jobScope } from './job-scope.ts';

/** A runner takes contexts of 32 MiB; what is over with an input of the largest size. */
const MAX_VARIABLES_BYTES = 8 * 1_048_576;

/** The largest input of a run, as JSON. */
export const MAX_INPUT_BYTES = 16 * 1_048_576;

/** Makes what travels with the start of a job, so that its script is answered while nobody is connected; docs/protocol.md, "Helpers". */
export function startContexts(store: Store): (job: JobPlan, plan: RunPlan) => Uint8Array {
  // The same for all jobs of a run; the input is possibly large.
  const inputs = new WeakMap<RunPlan, string>();
  const starts = new WeakMap<RunPlan, number>();
  return (job, plan) => {
    const { input } = plan.spec;
    if (input !== undefined && !inputs.has(plan)) inputs.set(plan, `"input":${JSON.stringify(input)},`);
    const scope = jobScope(plan, job);
    const startedAt = starts.get(plan) ?? store.runs.ofJob(job.id)?.startedAt ?? Date.now();
    starts.set(plan, startedAt);
    const rest = {
      event: eventDocument(plan, job, startedAt),
      variables: snapshot(store.variables.visibleTo(scope)),
      defaultScope: defaultScope(scope),
    };
    return Buffer.from(`{${inputs.get(plan) ?? ''}${JSON.stringify(rest).slice(1)}`);
  };
}

/** As many as there is room for: whoever is left out is found by asking, while somebody is connected. */
function snapshot(variables: readonly SharedVariable[]): object[] {
  const taken: object[] = [];
  let left = MAX_VARIABLES_BYTES;
  for (const { name, scope, type, value, version } of variables) {
    const told = { name, scope, type, ...(type === 'plain' ? { value } : {}), version };
    left -= Buffer.byteLength(JSON.stringify(told)) + 1;
    if (left < 0) break;
    taken.push(told);
  }
  return taken;
}
