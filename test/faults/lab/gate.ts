import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Ended, Lab, Running } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { checkRun, countStarts, TRUTH } from './check.ts';
import { until } from './until.ts';

/** Prints so many lines, but waits behind the 20th until the file exists that its second argument names; ends with 5. */
const SCRIPT = `${TRUTH}n=$3
i=0
while [ $i -lt $n ]; do
  i=$((i + 1))
  say "line $i$4"
  while [ "$i" = 20 ] && ! [ -e "$2" ]; do sleep 0.05; done
done
exit 5
`;

/** What the script ends with. */
export const GATED_OUTCOME = { kind: 'failed', exitCode: 5 };

/** A run on `web1` whose script waits in its middle until the test lets it go on. */
export interface GatedRun extends Running {
  readonly server: Sshd;
  /** What the script has written; for `checkRun`. */
  readonly truth: string;
  /** What the list of runs calls it. */
  readonly event: string;
  /** Resolves when the client has told all that the script says in front of the gate. */
  atGate(): Promise<void>;
  openGate(): void;
  /** Kills the client while the script waits. */
  killClient(): Promise<void>;
  /** How often the script was started, and what it has said. */
  said(): { readonly starts: number; readonly text: string };
  /** Opens the gate; the client ends as its script does, and the log of the run (the n-th latest, the latest unless told) is whole. */
  endsWhole(options?: { readonly run?: number }): Promise<Ended>;
}

export interface GateOptions {
  /** How many it prints, 40 unless told. */
  readonly lines?: number;
  /** What each line has behind its number. */
  readonly words?: string;
  /** For `cronium run`. */
  readonly args?: readonly string[];
  /** What `web1` is, where it is not the lab's own first server. */
  readonly server?: Sshd;
}

let runs = 0;

export function startGated(lab: Lab, options: GateOptions = {}): GatedRun {
  const { lines = 40, words = '', args = [], server = lab.servers[0] } = options;
  if (!server) throw new Error('There is no server');
  const number = runs++;
  const truth = join(lab.folder, `truth${number}`);
  const gate = join(lab.folder, `gate${number}`);
  const event = `gated${number}.sh`;
  const given = ['--', truth, gate, String(lines), words];
  const running = lab.start('run', lab.script(event, SCRIPT), '--on', 'web1', '--json', ...args, ...given);
  const said = () => ({ starts: countStarts(truth), text: existsSync(truth) ? readFileSync(truth, 'utf8') : '' });
  const openGate = () => writeFileSync(gate, '');
  return {
    ...running,
    server,
    truth,
    event,
    atGate: () => running.saw(`line 20${words}\\n`),
    openGate,
    killClient: async () => {
      await running.saw('line 2');
      await until(() => said().text.endsWith(`line 20${words}\n`));
      running.child.kill('SIGKILL');
      await running.ended;
    },
    said,
    endsWhole: async ({ run = 1 } = {}) => {
      openGate();
      const ended = await running.ended;
      expect(ended.code, ended.stderr).toBe(5);
      await checkRun(lab, { sshd: server, truth, outcome: GATED_OUTCOME, run });
      return ended;
    },
  };
}

/** The lines up to this one, of a script without further words. */
export function linesTo(last: number): string {
  return Array.from({ length: last }, (_, index) => `line ${index + 1}\n`).join('');
}
