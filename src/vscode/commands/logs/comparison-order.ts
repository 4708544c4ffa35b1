import type { JobRecord } from '../../../domain/run.ts';

/**
 * The servers of a run in the order in which they are offered for a comparison: what went well is compared with what did not,
 * so a success comes first, and against a success a failure.
 */
export function comparisonOrder(
  jobs: readonly JobRecord[],
  { against }: { readonly against?: JobRecord } = {},
): readonly JobRecord[] {
  const isWanted = ({ outcome }: JobRecord): boolean =>
    against?.outcome?.kind === 'succeeded'
      ? outcome !== undefined && outcome.kind !== 'succeeded'
      : outcome?.kind === 'succeeded';
  return [...jobs.filter(isWanted), ...jobs.filter((job) => !isWanted(job))];
}
