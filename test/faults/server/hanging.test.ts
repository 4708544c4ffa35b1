import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { jsonLines } from '../../fixtures/lab.ts';
import { startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';

const HANGING: Readonly<Record<string, readonly [bashrc: string, said: RegExp]>> = {
  'prints without end': ['while :; do echo flood; done\n', /more than 64 KiB of other output; it printed "flood flood/],
  'sleeps for minutes': ['echo wait for me; sleep 60\n', /no answer in 20 s; it printed "wait for me"/],
  'becomes another shell': ['echo wait for me; exec dash\n', /it printed "wait for me"/],
  'reads all that comes': ['echo wait for me; while read -r x; do :; done\n', /no answer in 20 s; it printed "wait/],
};

fault(
  'F31',
  'a .bashrc that hangs is given up with its words, and the run is cleared up when it is mended',
  async () => {
    await Promise.all(Object.entries(HANGING).map(([title, [bashrc, said]]) => checkHanging(title, bashrc, said)));
  },
);

async function checkHanging(title: string, bashrc: string, said: RegExp): Promise<void> {
  await using server = await startShellServer({ shell: '/bin/bash' });
  writeFileSync(join(server.home, '.bashrc'), bashrc);
  await using lab = await labOf(server);
  const began = performance.now();
  const { code, stdout, stderr } = await lab.cli('run', lab.script('it.sh', 'echo it runs\n'), '--on', 'web1');
  // 20 s for the try that sends ahead, 20 s for the one that does not; the rest is what a busy machine may take.
  expect(performance.now() - began, title).toBeLessThan(55_000);
  expect([code, stdout], title).toEqual([125, '']);
  expect(stderr, title).toMatch(said);
  // What was sent ahead may have reached somebody: then only the server can tell, as soon as it answers.
  expect(stderr, title).toMatch(/web1 +broken: |It is not known whether the script was started there/);

  writeFileSync(join(server.home, '.bashrc'), '');
  const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
  const logs = await lab.cli('logs', String(run?.id));
  expect(logs.stderr, title).toMatch(/web1 +broken: /);
  expect(logs.stdout, title).toBe('');
}
