import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { allOf, jsonLines, type Lab, outcomeOf, outputOf, signals, startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { fault } from '../fault.ts';
import { checkRun } from '../lab/check.ts';
import { GATED_OUTCOME, startGated } from '../lab/gate.ts';
import { until } from '../lab/until.ts';

interface Lease {
  readonly owner_pid: number | null;
  readonly lease_until: number | null;
  readonly outcome: string | null;
}

fault('F98', 'one client owns a run, another shows it live and owns nothing', async () => {
  await using lab = await startLab();
  const sshd = lab.servers[0] as Sshd;
  const owner = startGated(lab);
  await owner.atGate();
  const connections = sshd.connections();
  const other = lab.start('logs', await latest(lab));
  await other.saw('line 20');
  expect(leases(lab)).toMatchObject([{ owner_pid: owner.child.pid }]);
  owner.openGate();
  expect((await other.ended).code).toBe(0);
  expect((await owner.ended).code).toBe(5);
  expect(sshd.connections(), 'who only looks on connects nowhere').toBe(connections);
  await checkRun(lab, { sshd, truth: owner.truth, outcome: GATED_OUTCOME });
});

fault(
  'F98',
  'of several clients that come for the same runs at once each run has one owner, and all hear of the ends',
  async () => {
    await using lab = await startLab();
    const sshd = lab.servers[0] as Sshd;
    const runs = [startGated(lab), startGated(lab), startGated(lab)];
    for (const run of runs) {
      await run.atGate();
      run.child.kill('SIGKILL');
      await run.ended;
    }
    const clients = [1, 2, 3].map(() => lab.start('resume', '--json'));
    await until(() => leases(lab).every(({ owner_pid: pid }) => clients.some(({ child }) => child.pid === pid)));
    for (const run of runs) run.openGate();
    for (const client of clients) {
      const { code, stdout, stderr } = await client.ended;
      expect(code, stderr).toBe(0);
      expect(jsonLines(stdout).filter(({ type }) => type === 'settled')).toMatchObject(
        runs.map(() => ({ outcome: GATED_OUTCOME })),
      );
    }
    for (const [at, run] of runs.entries()) {
      await checkRun(lab, { sshd, truth: run.truth, outcome: GATED_OUTCOME, run: runs.length - at });
    }
  },
);

fault('F98', 'a run is taken over when its owner dies, and when its owner was frozen for too long', async () => {
  await using lab = await startLab();
  const sshd = lab.servers[0] as Sshd;
  for (const how of ['SIGKILL', 'SIGSTOP'] as const) {
    const owner = startGated(lab);
    await owner.atGate();
    const other = lab.start('logs', await latest(lab));
    await other.saw('line 20');
    owner.child.kill(how);
    // The end of five minutes, which nobody here waits for.
    if (how === 'SIGSTOP') {
      await until(() => leases(lab).some(({ owner_pid: pid }) => pid === owner.child.pid));
      write(lab, 'UPDATE jobs SET lease_until = lease_until - 400000 WHERE outcome IS NULL');
    }
    await until(() => leases(lab).every(({ owner_pid: pid }) => pid === other.child.pid));
    owner.openGate();
    expect((await other.ended).code).toBe(0);
    if (how === 'SIGSTOP') {
      owner.child.kill('SIGCONT');
      expect((await owner.ended).code, 'who was frozen hears of the same end').toBe(5);
    }
    await checkRun(lab, { sshd, truth: owner.truth, outcome: GATED_OUTCOME });
  }
});

fault('F101', 'what one run breaks in its window or terminal harms no other run', async () => {
  await using lab = await startLab();
  const engine = lab.engine();
  const script = lab.script('slow.sh', '#!/bin/sh\nfor i in 1 2 3 4 5; do echo "line $i"; sleep 0.1; done\n');
  const plans = [
    await lab.plan(engine, script, ['web1'], { args: ['a'] }),
    await lab.plan(engine, lab.script('other.sh', '#!/bin/sh\nsleep 0.3\necho other\n'), ['web1']),
  ];
  using _broken = engine.onDidChange(() => {
    throw new RangeError('a view is broken');
  });
  let seen = 0;
  using _whole = engine.onDidChange(() => {
    seen += 1;
  });
  const caught: unknown[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => caught.push(error));
  try {
    const [first, second] = plans as [(typeof plans)[0], (typeof plans)[0]];
    const breaking = (async () => {
      for await (const event of engine.run(first, signals())) {
        if (event.type === 'output') throw new RangeError('what shows it is broken');
      }
    })();
    const events = allOf(engine.run(second, signals()));
    await expect(breaking).rejects.toThrow('what shows it is broken');
    expect(outcomeOf(await events, 'web1')).toMatchObject({ kind: 'succeeded' });
    const again = await allOf(engine.follow(first.id, signals()));
    expect(outputOf(again, 'web1')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n');
    expect(outcomeOf(again, 'web1')).toMatchObject({ kind: 'succeeded' });
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
  expect(seen, 'other views go on').toBeGreaterThan(0);
  expect(caught.length, 'the bug is heard of').toBeGreaterThan(0);
  expect(caught.map(String)).toEqual(caught.map(() => 'RangeError: a view is broken'));
});

async function latest(lab: Lab): Promise<string> {
  const rows = read(lab, 'SELECT id FROM runs ORDER BY number DESC LIMIT 1') as { id: string }[];
  return rows[0]?.id ?? '';
}

/** Who looks after what has not ended. */
function leases(lab: Lab): Lease[] {
  return read(lab, 'SELECT owner_pid, lease_until, outcome FROM jobs WHERE outcome IS NULL') as Lease[];
}

function read(lab: Lab, sql: string): unknown[] {
  using database = open(lab);
  return database.prepare(sql).all();
}

function write(lab: Lab, sql: string): void {
  using database = open(lab);
  database.exec(sql);
}

function open(lab: Lab): Database.Database & Disposable {
  const database = new Database(join(lab.dataDir, 'cronium.db'));
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}
