import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { type Lab, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { GATED_OUTCOME, type GatedRun, startGated } from '../lab/gate.ts';

/** Clients that are started from now on find a file system without locks. */
function takeLocks(lab: Lab): void {
  const library = join(lab.folder, 'no-locks.so');
  const source = resolve(import.meta.dirname, '../lab/no-locks.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source]);
  lab.env.LD_PRELOAD = library;
}

/** A run that waits in its middle, of a client that finds no locks. */
async function startWithoutLocks(lab: Lab): Promise<GatedRun> {
  takeLocks(lab);
  const running = startGated(lab);
  await running.atGate();
  return running;
}

const NOTICE = /^cronium: The file system of "[^"]+" has no locks for databases [^\n]*\n/;

fault(
  'F99',
  'on a file system without locks one client at a time works, is warned, and keeps all it writes',
  async () => {
    await using lab = await startLab();
    const running = await startWithoutLocks(lab);
    const other = await lab.cli('runs');
    expect(other.stderr).toBe(
      `cronium: Cannot use the database "${join(lab.dataDir, 'cronium.db')}": process ${running.child.pid} has it, and its file system lets only one at a time; close that window or command, or choose another data folder\n`,
    );
    expect(other.code).toBe(125);
    const { stderr } = await running.endsWhole();
    expect(stderr).toMatch(NOTICE);
    expect(readdirSync(lab.dataDir).filter((name) => /\.(lock|probe|stale)/.test(name))).toEqual([]);
  },
);

fault(
  'F99',
  'on a file system without locks a client that was killed leaves what the next one brings to its end',
  async () => {
    await using lab = await startLab();
    const running = await startWithoutLocks(lab);
    await running.killClient();
    running.openGate();
    const { code, stderr } = await lab.cli('resume');
    expect(code, stderr).toBe(0);
    await checkRun(lab, { sshd: running.server, truth: running.truth, outcome: GATED_OUTCOME });
  },
);

fault('F99', 'a database that is brought to a file system with locks is shared again', async () => {
  await using lab = await startLab();
  takeLocks(lab);
  await lab.cli('runs');
  delete lab.env.LD_PRELOAD;
  const running = startGated(lab);
  await running.atGate();
  const other = await lab.cli('runs');
  expect([other.code, other.stderr]).toEqual([0, '']);
  await running.endsWhole();
});
