import type { RunOutputs } from '../../../app/cronium.ts';
import type { RunTarget } from './run-targets.ts';

/** What scripts have put out, as JSON: a run a line, `{server: {key: value}}` of its chosen servers. Undefined: nothing. */
export function chosenOutputs(
  targets: readonly RunTarget[],
  outputsOf: (run: string) => RunOutputs,
): string | undefined {
  const lines = targets.flatMap(({ run, servers }) => {
    const entries = Object.entries(outputsOf(run)).filter(([server]) => servers?.includes(server) ?? true);
    return entries.length === 0 ? [] : [JSON.stringify(Object.fromEntries(entries))];
  });
  return lines.length === 0 ? undefined : lines.join('\n');
}
