import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Sshd } from '../../fixtures/sshd.ts';
import { fault } from '../fault.ts';
import { countStarts, TRUTH } from '../lab/check.ts';
import { loud, startSweepLab } from '../lab/sweep.ts';

const SHORT = `${TRUTH}
for i in $(seq 1 100); do say "line $i"; done
`;
const SUCCEEDED = { kind: 'succeeded', exitCode: 0 };

fault(
  'F03',
  'a drop in the key exchange, before or in the login is tried again',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    lab.breakNext(() => {
      const breakAfter = { bytes: random.whole(0, 6_000), by: loud(random) };
      return random.pick([{ up: { breakAfter } }, { down: { breakAfter } }]);
    });
    const { code, stderr } = await lab.runAll(lab.script('short.sh', SHORT));
    expect(code, stderr).toBe(0);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault('F03', 'a refused login is not tried again by itself', async ({ random }) => {
  await using lab = await startSweepLab(random, { servers: 1, sshd: { authorizedKeys: [] } });
  const { code, stderr } = await lab.runAll(lab.script('short.sh', SHORT));
  expect(code).toBe(125);
  expect(stderr).not.toContain('trying again');
  expect(lab.proxies[0]?.connections).toBe(1);
});

fault(
  'F06',
  'a drop while the runner is uploaded leaves no half runner, and the next run succeeds',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    lab.breakNext(() => ({ up: { breakAfter: { bytes: random.whole(8_000, 1_000_000), by: loud(random) } } }));
    const once = lab.script('once.sh', SHORT.replace('#!/bin/sh', '#!/bin/sh\n# cronium:\n#   retries: 0'));
    const { code, stderr } = await lab.runAll(once);
    expect(code, stderr).toBe(125);
    for (const name of lab.names) expect(countStarts(join(lab.truths, name))).toBe(0);
    for (const sshd of lab.servers) expectWhole(sshd, 0);
    expect((await lab.runAll(once)).code).toBe(0);
    for (const sshd of lab.servers) expectWhole(sshd, 1);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault(
  'F07',
  'a drop while the payload is uploaded is made good, and the script is started once',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    expect((await lab.cli('server', 'deploy', ...lab.names)).code).toBe(0);
    writeFileSync(join(lab.folder, 'big.bin'), random.bytes(700_000));
    lab.breakNext(() => ({ up: { breakAfter: { bytes: random.whole(10_000, 650_000), by: loud(random) } } }));
    const script = SHORT.replace('#!/bin/sh', '#!/bin/sh\n# cronium:\n#   files: [big.bin]');
    const { code, stderr } = await lab.runAll(lab.script('large.sh', script));
    expect(code, stderr).toBe(0);
    expect(stderr.match(/trying again in/g), stderr).toHaveLength(lab.names.length);
    for (const { stateHome } of lab.servers) {
      const archives = globSync('cronium/payloads/*.tar.gz', { cwd: stateHome });
      expect(archives.length).toBe(1);
      for (const file of archives) expect(basename(file, '.tar.gz')).toBe(sha256(join(stateHome, file)));
    }
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault(
  'F08',
  'a lost answer to a start never runs the script twice',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    const script = lab.script('short.sh', SHORT);
    const whole = await lab.measure(script);
    // The answer is among the last bytes: behind it come 100 short lines and the end.
    lab.breakNext((server) => ({
      down: { breakAfter: { bytes: whole.down - 500 * server - random.whole(1, 500), by: loud(random) } },
    }));
    const { code, stderr } = await lab.runAll(script);
    expect(code, stderr).toBe(0);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault(
  'F08',
  'a start that is sent again while the script runs is answered with its state',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    const slow = lab.script('slow.sh', `${TRUTH}\nsay begun\nsleep 5\nsay over\n`);
    expect((await lab.cli('server', 'deploy', ...lab.names)).code).toBe(0);
    const honest = await lab.measure(lab.script('short.sh', SHORT));
    // Nothing that the server says reaches us from the login on, until the connection breaks.
    lab.breakNext(() => ({
      up: { breakAfter: { bytes: honest.up - random.whole(50, 400), by: loud(random) } },
      down: { delayMs: 300 },
    }));
    const { code, stderr } = await lab.runAll(slow);
    expect(code, stderr).toBe(0);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault(
  'F10',
  'a drop while the last records are sent loses none of them, nor the true end',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    const script = lab.script('short.sh', SHORT);
    const { down } = await lab.measure(script);
    lab.breakNext(() => ({ down: { breakAfter: { bytes: down - random.whole(1, 4_096), by: loud(random) } } }));
    const { code, stderr } = await lab.runAll(script);
    expect(code, stderr).toBe(0);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

fault(
  'F11',
  'a drop while the log is acknowledged changes nothing of the run',
  async ({ random }) => {
    await using lab = await startSweepLab(random);
    // Acknowledged is once a second, so what the client says behind its start is acknowledgements.
    const pieces = `${TRUTH}
for piece in 1 2 3 4 5; do
  for i in $(seq 1 20); do say "line $piece $i"; done
  sleep 0.6
done
`;
    const script = lab.script('pieces.sh', pieces);
    const { up } = await lab.measure(script);
    lab.breakNext(() => ({ up: { breakAfter: { bytes: up - random.whole(1, 600), by: loud(random) } } }));
    const { code, stderr } = await lab.runAll(script);
    expect(code, stderr).toBe(0);
    await lab.checkAll(SUCCEEDED);
  },
  { isSeeded: true },
);

/** What lies under a runner's final name is that runner. */
function expectWhole({ stateHome }: Sshd, count: number): void {
  const runners = globSync('cronium/bin/*/cronium-runner', { cwd: stateHome });
  expect(runners.length).toBe(count);
  for (const file of runners) expect(basename(dirname(file))).toBe(sha256(join(stateHome, file)));
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
