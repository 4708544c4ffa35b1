import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { jsonLines, type Lab, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { startChild } from '../../unit/store/child.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { GATED_OUTCOME, type GatedRun, startGated } from '../lab/gate.ts';
import { mountSmallDisk } from '../lab/small-disk.ts';

/** A run that has ended, and one that was left in its middle and goes on. */
interface Left {
  readonly ended: GatedRun;
  readonly open: GatedRun;
  readonly sshd: Sshd;
  readonly file: string;
}

async function leaveRuns(lab: Lab): Promise<Left> {
  const ended = startGated(lab);
  ended.openGate();
  await ended.ended;
  const open = startGated(lab);
  await open.atGate();
  open.child.kill('SIGKILL');
  await open.ended;
  return { ended, open, sshd: lab.servers[0] as Sshd, file: join(lab.dataDir, 'cronium.db') };
}

/** Both runs come to their true ends, by one `cronium resume`. */
async function expectBoth(lab: Lab, { ended, open, sshd }: Left): Promise<void> {
  open.openGate();
  const { code, stderr } = await lab.cli('resume');
  expect(code, stderr).toBe(0);
  await checkRun(lab, { sshd, truth: open.truth, outcome: GATED_OUTCOME });
  await checkRun(lab, { sshd, truth: ended.truth, outcome: GATED_OUTCOME, run: 2 });
}

const damages: Readonly<Record<string, (file: string) => void>> = {
  'that is no database': (file) => {
    checkpoint(file);
    writeFileSync(file, 'no database at all, '.repeat(1_000));
  },
  'of which a half is missing': (file) => {
    checkpoint(file);
    truncateSync(file, Math.floor(statSync(file).size / 2));
  },
  'whose pages are zeroes': (file) => {
    checkpoint(file);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, 4096));
  },
};

for (const driver of [undefined, 'node']) {
  // One damage is as good as the other for the second driver: it says so in other words.
  for (const [what, damage] of Object.entries(damages).slice(0, driver ? 1 : undefined)) {
    fault(
      'F96',
      `a database ${what} is moved aside, and its runs come back (${driver ?? 'better-sqlite3'})`,
      async () => {
        await using lab = await startLab();
        lab.env.CRONIUM_SQLITE = driver;
        const left = await leaveRuns(lab);
        damage(left.file);
        const damaged = readFileSync(left.file);
        const { code, stdout, stderr } = await lab.cli('runs', '--json');
        expect(code, stderr).toBe(0);
        const [, aside = ''] =
          /^cronium: The database was damaged: it was moved to "([^"]+)", and 2 runs rebuilt from the files beside it; what servers still have beside that is found by: cronium resume --on <servers>\n/.exec(
            stderr,
          ) ?? [];
        expect(readFileSync(aside).equals(damaged), 'nothing is deleted').toBe(true);
        expect(jsonLines(stdout)).toMatchObject([
          { status: 'running', jobs: [{ phase: 'detached' }] },
          { status: 'failed', jobs: [{ outcome: GATED_OUTCOME }] },
        ]);
        await expectBoth(lab, left);
      },
    );
  }
}

for (const [what, lose] of Object.entries({
  empty: (file: string) => {
    checkpoint(file);
    truncateSync(file, 0);
  },
  gone: (file: string) => {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
  },
  'without its write-ahead log': (file: string) => rmSync(`${file}-wal`, { force: true }),
})) {
  fault('F96', `a database that is ${what} gets its runs back from the files beside it`, async () => {
    await using lab = await startLab();
    const left = await leaveRuns(lab);
    lose(left.file);
    await expectBoth(lab, left);
  });
}

fault('F96', 'runs of which nothing is left here but the installation come back from their servers', async () => {
  await using lab = await startLab();
  const { open, sshd } = await leaveRuns(lab);
  for (const name of readdirSync(lab.dataDir)) {
    if (name !== 'install-id') rmSync(join(lab.dataDir, name), { recursive: true });
  }
  open.openGate();
  const { code, stderr, stdout } = await lab.cli('resume', '--on', 'web1', '--json');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('web1: 2 runs of this installation not known here');
  expect(jsonLines(stdout).filter(({ type }) => type === 'settled')).toMatchObject([
    { outcome: GATED_OUTCOME },
    { outcome: GATED_OUTCOME },
  ]);
  await checkRun(lab, { sshd, truth: open.truth, outcome: GATED_OUTCOME });
});

fault('F96', 'runs of which only logs are left come back from these', async () => {
  await using lab = await startLab();
  const left = await leaveRuns(lab);
  for (const name of readdirSync(lab.dataDir)) {
    if (name !== 'install-id' && name !== 'logs') rmSync(join(lab.dataDir, name), { recursive: true });
  }
  await expectBoth(lab, left);
});

fault(
  'F96',
  'a database with bytes that were flipped never ends a program with a bug, and never tells a false end',
  async ({ random }) => {
    await using lab = await startLab();
    const left = await leaveRuns(lab);
    checkpoint(left.file);
    const whole = readFileSync(left.file);
    for (let time = 0; time < 4; time++) {
      const bytes = Buffer.from(whole);
      for (let flips = random.whole(1, 20); flips > 0; flips--) {
        const at = random.whole(0, bytes.length - 1);
        bytes[at] = (bytes[at] as number) ^ (1 << random.whole(0, 7));
      }
      for (const ending of ['-wal', '-shm']) rmSync(`${left.file}${ending}`, { force: true });
      writeFileSync(left.file, bytes);
      const { stdout, stderr } = await lab.cli('runs', '--json');
      expect(stderr, `flips ${time}`).not.toMatch(/this is a bug/);
      for (const run of jsonLines(stdout)) expect(['running', 'failed']).toContain(run.status);
      for (const name of readdirSync(lab.dataDir)) {
        if (name.includes('.damaged-')) rmSync(join(lab.dataDir, name));
      }
    }
    rmSync(left.file);
    for (const ending of ['-wal', '-shm']) rmSync(`${left.file}${ending}`, { force: true });
    await expectBoth(lab, left);
  },
  { isSeeded: true, seeds: 1 },
);

for (const driver of [undefined, 'node']) {
  fault(
    'F96',
    `a database that another program holds is told in a sentence (${driver ?? 'better-sqlite3'})`,
    async () => {
      await using lab = await startLab();
      lab.env.CRONIUM_SQLITE = driver;
      await lab.cli('runs');
      const file = join(lab.dataDir, 'cronium.db');
      const other = startChild('hold-database', [file]);
      expect((await other.lines.next()).value).toBe('held');
      const { code, stderr } = await lab.cli('runs');
      other.process.stdin?.end();
      expect(stderr).toBe(
        `cronium: Cannot use the database "${file}": another program has held it for too long; close that program or try again\n`,
      );
      expect(code).toBe(125);
      expect(existsSync(`${file}.repair`)).toBe(false);
    },
  );

  fault('F96', `a data folder that is read-only is told in a sentence (${driver ?? 'better-sqlite3'})`, async () => {
    await using lab = await startLab();
    lab.env.CRONIUM_SQLITE = driver;
    using disk = mountSmallDisk(lab.dataDir);
    await lab.cli('runs');
    disk.remount('ro');
    const { code, stderr } = await lab.cli('runs');
    expect(stderr).toBe(
      `cronium: Cannot use the database "${join(lab.dataDir, 'cronium.db')}": it cannot be written; make it and its folder yours and writable, or choose another data folder\n`,
    );
    expect(code).toBe(125);
  });

  fault('F96', `a database of a newer Cronium is left alone (${driver ?? 'better-sqlite3'})`, async () => {
    await using lab = await startLab();
    lab.env.CRONIUM_SQLITE = driver;
    await lab.cli('runs');
    const file = join(lab.dataDir, 'cronium.db');
    const database = new Database(file);
    database.pragma('user_version = 99');
    database.close();
    const { code, stderr } = await lab.cli('runs');
    expect(stderr).toMatch(
      /a newer Cronium wrote it \(version 99, this one knows \d+\); update this Cronium or choose another data folder\n$/,
    );
    expect(code).toBe(125);
    const after = new Database(file, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    after.close();
  });
}

/** Puts all that was written into the database itself. */
function checkpoint(file: string): void {
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}
