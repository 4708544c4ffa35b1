import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { jsonLines, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { GATED_OUTCOME, startGated } from '../lab/gate.ts';
import { mountSmallDisk } from '../lab/small-disk.ts';
import { until } from '../lab/until.ts';

fault('F95', 'a disk that fills up in mid-run holds the log back, and nothing of it is lost', async () => {
  await using lab = await startLab();
  const sshd = lab.servers[0] as Sshd;
  using disk = mountSmallDisk(lab.dataDir);
  const running = startGated(lab, { lines: 20_000, words: ' and some words to give it a length' });
  await running.atGate();
  disk.fill({ free: 200_000 });
  running.openGate();
  // The script does not wait for this machine.
  await until(() => readFileSync(running.truth, 'utf8').includes('line 20000 '));
  await running.sawError('no space left on device');
  disk.free();
  const { code, stdout, stderr } = await running.ended;
  expect(code, stderr).toBe(5);
  const told = jsonLines(stdout).flatMap((event) => (event.type === 'output' ? [String(event.text)] : []));
  expect(told.join('') === readFileSync(running.truth, 'utf8'), 'every line is told once').toBe(true);
  await checkRun(lab, { sshd, truth: running.truth, outcome: GATED_OUTCOME });
});

fault('F95', 'a disk that is full begins nothing, and says so', async () => {
  await using lab = await startLab();
  using disk = mountSmallDisk(lab.dataDir);
  await lab.cli('runs');
  disk.fill();
  const script = lab.script('touch.sh', '#!/bin/sh\ntouch "$1"\n');
  const mark = join(lab.folder, 'mark');
  const { code, stderr } = await lab.cli('run', script, '--on', 'web1', '--', mark);
  expect(stderr).toMatch(/^cronium: Cannot [^\n]*(the disk is full; free some space|no space left on device)[^\n]*\n$/);
  expect(code).toBe(125);
  disk.free();
  expect((await lab.cli('run', script, '--on', 'web1', '--', mark)).code).toBe(0);
});

fault('F95', 'a run that goes on is found again after its folder was deleted under it', async () => {
  await using lab = await startLab();
  const running = startGated(lab, { lines: 2_000, words: ' and some words to give it a length' });
  await running.atGate();
  const { rmSync } = await import('node:fs');
  rmSync(lab.dataDir, { recursive: true });
  running.openGate();
  const { code, stdout, stderr } = await running.ended;
  expect(code, stderr).toBe(5);
  const told = jsonLines(stdout).flatMap((event) => (event.type === 'output' ? [String(event.text)] : []));
  expect(told.join('') === readFileSync(running.truth, 'utf8'), 'every line is told once').toBe(true);
});
