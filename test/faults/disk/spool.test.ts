import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { RecordDecoder } from '../../../src/domain/record.ts';
import { jsonLines, startLab } from '../../fixtures/lab.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { readDatabase } from '../lab/database.ts';
import { GATED_OUTCOME, linesTo, startGated } from '../lab/gate.ts';
import { jobFolders, supervisorOf } from '../lab/processes.ts';

const FIRST = '0000000000000000';

fault('F51', 'a spool that is deleted in mid-run goes on with a GAP; a job that is deleted is lost', async () => {
  await using lab = await startLab();
  const running = startGated(lab);
  const { server } = running;
  await running.atGate();
  const [job = ''] = jobFolders(server.stateHome);
  rmSync(join(job, 'spool'), { recursive: true });
  // What was open is read to its end; then the log is found in its new place.
  await running.saw('"detached"');
  await running.endsWhole();

  const losing = startGated(lab);
  await losing.atGate();
  for (const folder of jobFolders(server.stateHome)) rmSync(folder, { recursive: true });
  losing.openGate();
  const { stdout } = await losing.ended;
  // Its log comes to its end through files that are open still, or it is lost; it is never run again.
  const [settled] = jsonLines(stdout).filter(({ type }) => type === 'settled');
  expect(['lost', 'failed']).toContain((settled?.outcome as { kind: string } | undefined)?.kind);
  expect(losing.said()).toEqual({ starts: 1, text: linesTo(40) });
});

fault('F51', 'a spool that is deleted while nobody is attached costs what it held, and that is told', async () => {
  await using lab = await startLab();
  const running = startGated(lab);
  const { server } = running;
  await running.killClient();
  const [job = ''] = jobFolders(server.stateHome);
  rmSync(join(job, 'spool'), { recursive: true });
  running.openGate();
  await checkRun(lab, { sshd: server, truth: running.truth, outcome: GATED_OUTCOME });
});

/** Byte for byte, where a spool may end or be wrong. */
fault(
  'F50',
  'a torn or corrupt spool of a lost job: the log is the valid prefix, the rest is counted, the outcome is lost',
  async ({ random }) => {
    await using lab = await startLab();
    const running = startGated(lab);
    const { server } = running;
    await running.killClient();
    sendSignal(supervisorOf(server.stateHome), 'SIGKILL');
    running.openGate();
    const [job = ''] = jobFolders(server.stateHome);
    const segment = join(job, 'spool', FIRST);
    const whole = readFileSync(segment);
    // What the client knew when it died, but for the log.
    rmSync(join(lab.dataDir, 'logs'), { recursive: true, force: true });
    const known = `${lab.dataDir}-then`;
    renameSync(lab.dataDir, known);
    for (let tries = 0; tries < 5; tries++) {
      const at = random.whole(0, whole.length - 1);
      const isTorn = random.next() < 0.5;
      const bytes = isTorn ? whole.subarray(0, at) : Buffer.from(whole);
      if (!isTorn) bytes[at] = (bytes[at] as number) ^ (1 << random.whole(0, 7));
      writeFileSync(segment, bytes);
      rmSync(lab.dataDir, { recursive: true, force: true });
      cpSync(known, lab.dataDir, { recursive: true });
      const { stdout, stderr } = await lab.cli('logs', readRunId(lab.dataDir), '--server', 'web1');
      const valid = validPrefix(bytes);
      const what = `${isTorn ? 'torn' : 'flipped'} at ${at}: ${stderr}`;
      expect(stderr, what).toMatch(/web1 +lost: /);
      expect(stdout.replaceAll('web1 │ ', ''), what).toBe(valid.text);
      const unread = bytes.length - valid.bytes;
      if (unread > 0) expect(stderr, what).toMatch(new RegExp(`\\b${unread} bytes`));
    }
  },
  { isSeeded: true, seeds: 2 },
);

function readRunId(dataDir: string): string {
  using database = readDatabase(dataDir);
  return String((database.prepare('SELECT id FROM runs').get() as { id: string }).id);
}

/** The lines and the bytes of the records in front of the first bad one. */
function validPrefix(bytes: Buffer): { readonly bytes: number; readonly text: string } {
  let good = 0;
  let text = '';
  try {
    const decoder = new RecordDecoder();
    for (let at = 0; at < bytes.length; at++) {
      for (const record of decoder.push(bytes.subarray(at, at + 1))) {
        good = at + 1;
        if (record.type === 'OUT') text += Buffer.from(record.body).toString();
      }
    }
  } catch {
    // A bad record: what was in front of it counts.
  }
  return { bytes: good, text };
}

fault(
  'F52',
  'the n-th open, read, write or sync that fails, for every n, is never a false success',
  async () => {
    execFileSync('go', ['test', '-count=1', '-run', '^TestEveryFailing', '.'], {
      cwd: resolve(import.meta.dirname, '../../../runner'),
      stdio: 'pipe',
      env: { ...process.env, GOFLAGS: '', CRONIUM_FAULT_SWEEP: '1' },
    });
  },
  { timeoutMs: 300_000 },
);
