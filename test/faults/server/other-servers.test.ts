import { expect } from 'vitest';
import { outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { startDropbear } from '../lab/other-sshd.ts';

const SERVERS = {
  'dropbear with no forwarding': () => startDropbear('-j', '-k'),
  dropbear: () => startDropbear(),
};
for (const [title, start] of Object.entries(SERVERS)) {
  fault('F28', `${title} is a full citizen, cold and warm`, async () => {
    await using server = await start();
    await using lab = await startLab({ servers: 0 });
    server.writeConfig(lab.folder, 'web1');
    const script = lab.script('it.sh', '#!/bin/sh\necho "it runs $1"; seq 1 20000\n');
    for (const round of ['cold', 'warm']) {
      const events = await lab.run(script, { on: ['web1'], args: [round] });
      expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
      expect(outputOf(events, 'web1')).toMatch(new RegExp(`^it runs ${round}\n1\n2\n[^]*\n20000\n$`));
    }
  });
}

fault('F28', 'OpenSSH that forwards nothing is a full citizen', async () => {
  await using lab = await startLab({
    sshd: { config: ['AllowTcpForwarding no', 'AllowStreamLocalForwarding no', 'AllowAgentForwarding no'] },
  });
  const events = await lab.run(lab.script('it.sh', '#!/bin/sh\necho it runs\n'), { on: ['web1'] });
  expect(outputOf(events, 'web1')).toBe('it runs\n');
});
