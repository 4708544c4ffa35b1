import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab, Running } from '../../fixtures/lab.ts';
import { TRUTH } from './check.ts';

/** Says what `lines` asks for, 40 bytes and more a line, and waits behind the 20th until `$2` exists; ends with 5. */
const SCRIPT = `${TRUTH}
n=$3
i=0
while [ $i -lt $n ]; do
  i=$((i + 1))
  say "line $i of $n, and some words to give it a length"
  while [ "$i" = 20 ] && ! [ -e "$2" ]; do sleep 0.05; done
done
exit 5
`;

/** A run on \`web1\` that stops in its middle until the gate is opened. */
export interface GatedRun extends Running {
  readonly truth: string;
  /** What the list of runs calls it. */
  readonly event: string;
  openGate(): void;
}

export const GATED_OUTCOME = { kind: 'failed', exitCode: 5 };

let runs = 0;

export function startGated(lab: Lab, { lines = 40, args = [] as readonly string[] } = {}): GatedRun {
  const own = `${runs++}`;
  const truth = join(lab.folder, `truth${own}`);
  const gate = join(lab.folder, `gate${own}`);
  const script = lab.script(`gated${own}.sh`, SCRIPT);
  const running = lab.start('run', script, '--on', 'web1', '--json', ...args, '--', truth, gate, String(lines));
  return { ...running, truth, event: `gated${own}.sh`, openGate: () => writeFileSync(gate, '') };
}
