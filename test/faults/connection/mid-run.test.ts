import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fault } from '../fault.ts';
import { startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';
import type { Breakage } from '../lab/stretch.ts';

/** Says 40 lines, and waits in the middle until `$2` exists. */
const WAITING = `${TRUTH}
for i in $(seq 1 40); do
  say "line $i"
  while [ "$i" = 20 ] && ! [ -e "$2" ]; do sleep 0.05; done
done
exit 5
`;

for (const by of ['reset', 'end', 'freeze', 'halfOpen'] satisfies Breakage[]) {
  fault(
    by === 'halfOpen' || by === 'freeze' ? ['F09', 'F12'] : 'F09',
    `a connection that breaks in mid-run by ${by} is made again`,
    async () => {
      await using lab = await startChaosLab();
      const truth = join(lab.folder, 'truth');
      const gate = join(lab.folder, 'gate');
      const running = lab.start('run', lab.script('waiting.sh', WAITING), '--on', 'web1', '--json', '--', truth, gate);
      await running.saw('line 20\\n');
      expect(lab.chaos.break(by)).toBe(1);
      const began = performance.now();
      await running.saw('"detached"');
      // The promise is 15 s; a loaded machine hears of it late.
      expect(performance.now() - began).toBeLessThan(20_000);
      lab.chaos.thaw();
      writeFileSync(gate, '');
      expect((await running.ended).code).toBe(5);
      await checkRun(lab, { sshd: lab.server, truth, outcome: { kind: 'failed', exitCode: 5 } });
    },
  );
}
