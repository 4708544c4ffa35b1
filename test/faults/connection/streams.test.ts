import { join } from 'node:path';
import { expect } from 'vitest';
import { fault } from '../fault.ts';
import { startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';
import type { Rule } from '../lab/stretch.ts';

const SUCCEEDED = { kind: 'succeeded', exitCode: 0 };

/** Says `$2` lines of 1 KB in all lengths of pieces. */
const TALKING = `${TRUTH}
long=$(printf '%01000d' 0)
for i in $(seq 1 "$2"); do say "line $i $long"; done
`;

fault(
  'F16',
  'segments of one byte and coalesced segments bring the same log',
  async ({ random }) => {
    await using lab = await startChaosLab({ random });
    expect((await lab.cli('server', 'deploy', 'web1')).code).toBe(0);
    const script = lab.script('talking.sh', TALKING);
    const ways: readonly Rule[] = [
      { sliceBytes: 1 },
      { sliceBytes: random.whole(2, 50) },
      { coalesceMs: 50 },
      { jitterMs: 20, sliceBytes: random.whole(100, 5_000) },
    ];
    for (const [index, rule] of ways.entries()) {
      lab.chaos.rules = () => ({ up: rule, down: rule });
      const truth = join(lab.folder, `truth${index}`);
      const { code, stderr } = await lab.cli('run', script, '--on', 'web1', '--', truth, '40');
      expect(code, stderr).toBe(0);
      await checkRun(lab, { sshd: lab.server, truth, outcome: SUCCEEDED });
    }
    expect(lab.chaos.connections).toBe(1 + ways.length);
  },
  { isSeeded: true },
);

fault(
  'F16',
  'a bit that flips on the wire ends the connection, not the truth',
  async ({ random }) => {
    await using lab = await startChaosLab({ random });
    const script = lab.script('talking.sh', TALKING);
    expect((await lab.cli('server', 'deploy', 'web1')).code).toBe(0);
    const before = lab.chaos.connections;
    lab.chaos.rules = (connection) => (connection === before ? { down: { flipAt: random.whole(20_000, 60_000) } } : {});
    const truth = join(lab.folder, 'truth');
    const running = lab.start('run', script, '--on', 'web1', '--json', '--', truth, '200');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('"detached"');
    await checkRun(lab, { sshd: lab.server, truth, outcome: SUCCEEDED });
  },
  { isSeeded: true },
);

for (const limit of ['1M none', 'default 1s']) {
  fault('F17', `with new keys at every turn (RekeyLimit ${limit}) nobody notices`, async () => {
    await using lab = await startChaosLab({ sshd: { config: [`RekeyLimit ${limit}`, 'LogLevel DEBUG1'] } });
    const truth = join(lab.folder, 'truth');
    // Cold: the runner is uploaded meanwhile; then 4 MB of output, and idle seconds in the end.
    const script = lab.script('talking.sh', `${TALKING}\nsleep 3\nsay over\n`);
    const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1', '--json', '--', truth, '4000');
    expect(code, stderr).toBe(0);
    expect(stdout).not.toContain('detached');
    expect(lab.chaos.connections).toBe(1);
    const rekeys = (lab.server.log().match(/SSH2_MSG_KEXINIT received/g)?.length ?? 0) - 1;
    expect(rekeys).toBeGreaterThanOrEqual(2);
    await checkRun(lab, { sshd: lab.server, truth, outcome: SUCCEEDED });
  });
}
